//! `isoloir campaign`: valid archives, changed in one place each; the audit must refuse every one.

use std::io;

use anyhow::bail;
pub(crate) use isoloir_campaign::command::CampaignArgs;

pub(crate) fn run(arguments: &CampaignArgs) -> anyhow::Result<()> {
    if isoloir_campaign::command::execute(arguments, &mut io::stdout().lock())? {
        Ok(())
    } else {
        bail!("the audit did not meet every mutation as it must")
    }
}
