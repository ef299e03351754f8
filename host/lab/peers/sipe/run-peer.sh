#!/bin/bash
# A real client of Lync / Skype for Business (SIPE in finch), without a screen, in a D-Bus session of its own.
# Debian 12: finch pidgin-sipe libpurple-bin dbus python3-dbus bsdutils gcc libc6-dev
# PEER_SERVER=localhost:5061 PEER_TRANSPORT=tls PEER_CERT=fe.crt PEER_USER=alice@example.com \
# PEER_LOGIN='EXAMPLE\alice' PEER_PASSWORD=… PEER_AUTH=ntlm PEER_SECONDS=30 bash run-peer.sh [< commands]
# Standard input and output: see drive.py. PEER_DEBUG=FILE keeps the client's own log.
here=$(cd "$(dirname "$0")" && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export here home HOME=$home LANG=C.UTF-8 TERM=xterm

gcc -shared -fPIC -O2 -o "$home/saxfix.so" "$here/saxfix.c" -ldl || exit 2
if [ -n "$PEER_CERT" ]; then
    # Trusted beforehand; otherwise a dialog waits for an answer.
    mkdir -p "$home/purple/certificates/x509/tls_peers"
    cp "$PEER_CERT" "$home/purple/certificates/x509/tls_peers/${PEER_SERVER%%:*}"
fi

dbus-run-session -- bash -c '
    LD_PRELOAD=$home/saxfix.so script -qfc "finch -c $home/purple -d" /dev/null > "$home/debug.log" 2>&1 < /dev/null &
    client=$!
    /usr/bin/python3 "$here/drive.py"
    result=$?
    kill $client 2> /dev/null
    wait $client 2> /dev/null
    exit $result' 2> "$home/session.log"
result=$?
# 1: the driver itself failed, and says why there.
[ $result = 0 ] || cat "$home/session.log" >&2
[ -z "$PEER_DEBUG" ] || cp "$home/debug.log" "$PEER_DEBUG"
exit $result
