/** The real product beside a simulated T-Server and Stat Server, each a process of its own, with the demo's people and states. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, target, workspace } from './program';

const DNS = `
${['5001', '5002', '5003'].map((dn) => `[[dn]]\ndn = "${dn}"\nswitch = "lab"\n`).join('')}
[[dn]]
dn = "9000"
type = "route-point"
`;

export class ContactCentre {
  /** Address of the workers' page. */
  url = '';
  private link = '';
  private control = '';

  private constructor(
    private readonly folder: string,
    public tServer: Program,
    public statServer: Program,
    public product: Program,
  ) {}

  /** `more`: sections of the configuration beside those that every story has; `settings`: keys of `[uc-connector]`. */
  static async start({ more = '', settings = '' } = {}): Promise<ContactCentre> {
    const folder = mkdtempSync(join(tmpdir(), 'uc-whole-'));
    writeFileSync(join(folder, 'dns.toml'), DNS);
    writeFileSync(join(folder, 'token'), 'a-token-long-enough-to-be-safe\n');
    const tServer = Program.start('lab', ...tServerArguments(folder, '127.0.0.1:0'));
    const address = await tServer.says(/T-Server listens on (\S+)/);
    writeFileSync(join(folder, 'statistics'), 'set 9000 CallsWaiting 3\n');
    const statServer = Program.start('lab', 'stat-server', '--listen', '127.0.0.1:0', '--script', join(folder, 'statistics'));
    const statistics = await statServer.says(/Stat Server listens on (\S+)/);
    writeFileSync(join(folder, 'uc.toml'), configuration(address, statistics, settings) + more);
    const product = Program.start('uc-connector', 'run', '--config', join(folder, 'uc.toml'));
    const centre = new ContactCentre(folder, tServer, statServer, product);
    centre.control = await tServer.says(/control port on (\S+):/);
    centre.url = `http://${await product.says(/"message":"serving".*?"web":"([^"]+)"/)}/`;
    centre.link = await product.says(/"preview_link":"([^"]+)"/);
    return centre;
  }

  /** A command for the T-Server (`lab t-server --control`, `help`); its answer without the `ok`. */
  command(line: string): Promise<string> {
    const [host = '', port] = this.control.split(':');
    return new Promise((done, failed) => {
      const socket = connect(Number(port), host, () => socket.write(`${line}\n`));
      socket.once('error', failed);
      socket.once('data', (answer) => {
        socket.end();
        const text = answer.toString().trim();
        if (text.startsWith('ok')) done(text.slice(2).trim());
        else failed(new Error(`${line}: ${text}`));
      });
    });
  }

  /** URS asks for a preview, over its link or over HTTP: exit code by outcome, and what it printed. */
  preview(over: 'link' | 'http', ...args: string[]): Promise<{ code: number; text: string }> {
    const to = over === 'link' ? [this.link] : [this.url, '--token-file', join(this.folder, 'token')];
    return Program.run('lab', 'urs', 'preview', '--to', ...to, ...args);
  }

  /** As {@link preview}; an accepted call is routed from the route point to the worker. */
  previewAndRoute(...args: string[]): Promise<{ code: number; text: string }> {
    return this.preview('link', '--route-at', this.control, ...args);
  }

  async killTServer(): Promise<void> {
    await this.tServer.end('SIGKILL');
  }

  /** Back at the same address, having forgotten everything. */
  async restartTServer(): Promise<void> {
    const address = /T-Server listens on (\S+)/.exec(this.tServer.output)?.[1] ?? '';
    this.tServer = Program.start('lab', ...tServerArguments(this.folder, address));
    this.control = await this.tServer.says(/control port on (\S+):/);
  }

  async stop(): Promise<number> {
    const code = await this.product.end();
    await this.tServer.end('SIGKILL');
    await this.statServer.end('SIGKILL');
    rmSync(this.folder, { recursive: true });
    return code;
  }
}

const tServerArguments = (folder: string, address: string): string[] => [
  't-server', '--listen', address, '--dns', join(folder, 'dns.toml'), '--control', '127.0.0.1:0',
];

const configuration = (tServer: string, statServer: string, settings: string): string => `
[uc-connector]
${settings}
[directory]
file = "${workspace}/config/directory.toml"
[[t-server]]
name = "lab"
address = "${tServer}"
reconnect-max = 0.5
[stat-server]
address = "${statServer}"
[[statistic]]
name = "waiting"
statistic = "CallsWaiting"
label = "Waiting"
[[contact-point]]
name = "orders"
label = "Orders"
number = "9000"
type = "route-point"
statistics = ["waiting"]
[routing]
listen = "127.0.0.1:0"
api-token-file = "token"
[web]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
[log]
format = "json"
[plugins]
directory = "${target}"
private-directory = "private"
[[plugin]]
name = "standalone"
file = "libuc_standalone.so"
[plugin.settings]
presence-location = "${workspace}/config/presence.xml"
enable-logout-menu = true
`;
