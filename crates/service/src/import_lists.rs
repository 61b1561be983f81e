//! Imports candidate lists: `scrutin;liste;sigle;rang;nom;prenom;sexe`, ranks from 1 in list order, lists in the display order drawn.

use isoloir_domain::ConsultationId;

use crate::VotingServer;
use crate::import_roll::{ImportError, ImportReport};

impl VotingServer {
    /// Imports a file of candidate lists; importing again replaces the lists of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_lists(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        todo!()
    }
}
