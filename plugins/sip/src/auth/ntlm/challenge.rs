//! CHALLENGE_MESSAGE (MS-NLMP, section 2.2.1.2): what a server begins with in the connection-less form.

use super::{BadToken, SIGNATURE, flags, reader, utf16};

/// AV_PAIR identifiers (MS-NLMP, section 2.2.2.1).
mod av {
    pub(super) const EOL: u16 = 0;
    pub(super) const NB_COMPUTER: u16 = 1;
    pub(super) const NB_DOMAIN: u16 = 2;
    pub(super) const DNS_COMPUTER: u16 = 3;
    pub(super) const DNS_DOMAIN: u16 = 4;
    pub(super) const TIMESTAMP: u16 = 7;
}

const HEAD: usize = 56;

/// What a client needs of a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub(super) nonce: [u8; 8],
    pub(super) target_info: Vec<u8>,
    /// FILETIME of the server, if it says so.
    pub(super) timestamp: Option<u64>,
}

/// Names a server shows in its challenge.
#[derive(Clone, Debug)]
pub struct ServerNames {
    /// NetBIOS name of the domain, `EXAMPLE`.
    pub nb_domain: String,
    /// NetBIOS name of the server, `FE01`.
    pub nb_computer: String,
    /// `example.com`.
    pub dns_domain: String,
    /// `fe01.example.com`.
    pub dns_computer: String,
}

impl Challenge {
    /// A challenge of our own. `filetime`: units of 100 ns since 1601.
    pub fn new(names: &ServerNames, nonce: [u8; 8], filetime: u64) -> Self {
        let mut target_info = Vec::new();
        let mut pair = |id: u16, value: &[u8]| {
            target_info.extend(id.to_le_bytes());
            target_info.extend((value.len() as u16).to_le_bytes());
            target_info.extend(value);
        };
        pair(av::NB_DOMAIN, &utf16(&names.nb_domain));
        pair(av::NB_COMPUTER, &utf16(&names.nb_computer));
        pair(av::DNS_DOMAIN, &utf16(&names.dns_domain));
        pair(av::DNS_COMPUTER, &utf16(&names.dns_computer));
        pair(av::TIMESTAMP, &filetime.to_le_bytes());
        pair(av::EOL, &[]);
        Self { nonce, target_info, timestamp: Some(filetime) }
    }

    /// The message as it travels.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.target_info.len());
        let length = self.target_info.len() as u16;
        bytes.extend(SIGNATURE);
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend([0, 0, 0, 0]); // an empty TargetName…
        bytes.extend((HEAD as u32).to_le_bytes()); // …at the end of the head
        bytes.extend(flags::OFFERED.to_le_bytes());
        bytes.extend(self.nonce);
        bytes.extend([0; 8]);
        bytes.extend(length.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend((HEAD as u32).to_le_bytes());
        bytes.extend([6, 1, 0xb1, 0x1d, 0, 0, 0, 15]); // Windows 6.1.7601, NTLM revision 15
        bytes.extend(&self.target_info);
        bytes
    }

    /// Reads a server's challenge.
    ///
    /// # Errors
    /// The server's fault: [`BadToken`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadToken> {
        reader::expect_type(bytes, 2)?;
        let offered = reader::u32_at(bytes, 20)?;
        if offered & flags::REQUIRED != flags::REQUIRED {
            return Err(BadToken::Flags(flags::REQUIRED & !offered));
        }
        let nonce = reader::array_at(bytes, 24)?;
        let target_info = reader::field_at(bytes, 40)?.to_vec();
        let timestamp = find(&target_info, av::TIMESTAMP)?;
        let timestamp = timestamp.and_then(|value| Some(u64::from_le_bytes(value.try_into().ok()?)));
        Ok(Self { nonce, target_info, timestamp })
    }
}

fn find(mut pairs: &[u8], wanted: u16) -> Result<Option<&[u8]>, BadToken> {
    loop {
        let id = u16::from_le_bytes(reader::array_at(pairs, 0)?);
        let length = u16::from_le_bytes(reader::array_at(pairs, 2)?) as usize;
        let value = pairs.get(4..4 + length).ok_or(BadToken::Cut)?;
        match id {
            av::EOL => return Ok(None),
            id if id == wanted => return Ok(Some(value)),
            _ => pairs = &pairs[4 + length..],
        }
    }
}
