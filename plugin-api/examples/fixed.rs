//! The shortest plug-in: everyone it is asked to watch is available.

use uc_plugin_api::{
    Availability, Backend, Command, Host, LinkStatus, Presence, PresenceUpdate, Role, WatchedUser, export_plugin,
};

struct Fixed {
    host: Host,
}

impl Backend for Fixed {
    const NAME: &'static str = "fixed";
    const ROLES: &'static [Role] = &[Role::PresenceSource];
    type Config = ();

    async fn start((): (), host: Host) -> Result<Self, String> {
        host.link(LinkStatus::Up, "nothing to connect to");
        Ok(Self { host })
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        if let Command::Watch(users) = command {
            self.host.presence(users.iter().map(available));
        }
        Ok(())
    }
}

fn available(user: &WatchedUser) -> PresenceUpdate {
    let presence = Presence { availability: Availability::Available, number: 3500, ..Presence::default() };
    PresenceUpdate { user: user.handle, presence }
}

export_plugin!(Fixed);
