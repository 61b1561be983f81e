"""What the description of the API cannot say to schemathesis: folders are zip files, and some things exist."""

import io
import os
import zipfile

import schemathesis
from hypothesis import strategies as st

NAMES = ["consultation.toml", "roll.csv", "lists.csv", "textes/edito.fr.md", "textes/faq.toml", "logos/csa/UAP.png"]
HEADER = 'format = 1\nid = "fuzz"\ntitle = "Essai"\norganiser = "Essai"\nprofile = "test"\ngroup = "Ed25519"\n'
DATES = 'opens = "2099-12-03T08:00:00[Europe/Paris]"\ncloses = "2099-12-10T17:00:00[Europe/Paris]"\n'
ELECTION = '[[elections]]\nkey = "csa"\ntitle = "Comité"\nseats = 2\n'
CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore")),
    st.sampled_from([HEADER, HEADER + DATES, HEADER + DATES + ELECTION, "matricule;nom;prenom;courriel;scrutin\n"]).map(str.encode),
)


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


FOLDERS = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=20)), CONTENTS, max_size=5)
schemathesis.openapi.media_type("application/zip", st.one_of(st.binary(max_size=200), FOLDERS.map(packed)))

KNOWN = {"consultation": os.environ.get("ISOLOIR_API_CONSULTATION"), "election": os.environ.get("ISOLOIR_API_ELECTION")}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the time, something that exists."""
    if path_parameters:
        for name, known in KNOWN.items():
            if known and name in path_parameters and len(str(path_parameters[name])) % 2 == 0:
                path_parameters[name] = known
    return path_parameters
