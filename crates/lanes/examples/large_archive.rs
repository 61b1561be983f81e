//! Writes the archive of a whole election, as large as asked, to measure an audit with: every ballot of another voter, "1 of 10" without
//! blank vote, Ed25519, one trustee, result included.
//!
//! `cargo run --release -p isoloir-lanes --example large_archive -- 1400000 FILE.bel`
//!
//! Ballots are made eight at a time from multiples of `g` and `y` alone, since whoever encrypts knows every exponent: some 60 µs each. That takes
//! as long as the secrets say, so it is for load only.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::needless_range_loop,
    missing_docs,
    reason = "a tool for measuring fails as tests do"
)]

#[cfg(target_arch = "x86_64")]
fn main() {
    large::write();
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("skipped: lanes are for x86-64");
}

#[cfg(target_arch = "x86_64")]
mod large {
    use std::{
        env,
        fmt::Write as _,
        fs::File,
        io::{BufWriter, Write as _},
        time::Instant,
    };

    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
    use isoloir_lanes::{
        cpu::Lanes,
        exact::encoding,
        field::{LANES, Words, by_word},
        fixed::{Base, Multiples},
        members::coordinates,
        point::{GENERATOR, Point, normalized},
        scalar::Scalar,
        text::{self, DIGITS},
    };
    use isoloir_protocol::{
        archive::{ArchiveWriter, EventKind, Owned, PayloadHash, Setup, TallyRecord},
        credential::ElectionUuid,
        election::{Election, ElectionParams},
        group::{Ed25519, Group as _},
        json,
        question::Homomorphic,
        tally::{Decrypted, EncryptedTally, PartialDecryption, Weight},
        trustee::{Item, PrivateKey, Trustees},
    };
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
    use rayon::prelude::*;
    use sha2::{Digest as _, Sha256};

    const CHOICES: usize = 10;
    /// Ballots made, then written, at once.
    const PAGE: usize = 8192;

    type Digits = [u8; DIGITS];
    /// One exponent for each lane.
    type Exponents = [Scalar; LANES];

    pub fn write() {
        let mut args = env::args().skip(1);
        let ballots: usize = args.next().expect("how many ballots").parse().unwrap();
        let path = args.next().expect("a file");
        let lanes = Lanes::detect().expect("a processor with AVX-512 IFMA");
        let mut rng = StdRng::seed_from_u64(1);
        let key: PrivateKey<Ed25519> = PrivateKey::generate(&mut rng);
        let trustees = Trustees::of(vec![Item::Single(key.public_key(None, &mut rng))]);
        let mut public_key = String::new();
        Ed25519::write(&key.public_element(), &mut public_key);
        let names = (1..=CHOICES).map(|n| format!("Liste {n}")).collect();
        let question = Homomorphic::new("?", names, 1, 1, false).unwrap();
        let uuid = ElectionUuid::generate(&mut rng);
        let params = ElectionParams::new(uuid, Ed25519::NAME, public_key.clone(), vec![question.into()]);
        let election = Election::<Ed25519>::parse(&params.to_bytes()).unwrap();
        let maker = Maker::new(lanes, &election, &public_key);

        let blocks = (0..ballots.div_ceil(LANES)).into_par_iter();
        let mut credentials: Vec<String> = blocks.flat_map_iter(|block| maker.credentials(block)).collect();
        credentials.truncate(ballots);
        let credentials = json::to_bytes(&credentials);

        let out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
        let mut archive = ArchiveWriter::new(out, 1_795_469_588).unwrap();
        let (params, trustees_text) = (params.to_bytes(), trustees.to_bytes());
        for document in [&params, &trustees_text, &credentials] {
            archive.data(document).unwrap();
        }
        let setup = Setup::of(&params, &trustees_text, &credentials).to_bytes();
        let payload = archive.data(&setup).unwrap();
        archive.event(EventKind::Setup, Some(payload)).unwrap();
        drop(credentials);

        let mut sums = [Scalar::ZERO; CHOICES];
        let mut votes = [0_u64; CHOICES];
        let voters: Vec<usize> = (0..ballots).collect();
        for page in voters.chunks(PAGE) {
            let made: Vec<_> = page
                .par_chunks(LANES)
                .map(|block| maker.ballots(block[0] / LANES))
                .collect();
            for ((texts, exponents), block) in made.into_iter().zip(page.chunks(LANES)) {
                for ((ballot, exponents), voter) in texts.into_iter().zip(exponents).zip(block) {
                    let payload = archive.data(&ballot).unwrap();
                    archive.event(EventKind::Ballot, Some(payload)).unwrap();
                    for (sum, exponent) in sums.iter_mut().zip(exponents) {
                        *sum = sum.add(&exponent);
                    }
                    votes[choice(*voter)] += 1;
                }
            }
        }
        archive.event(EventKind::EndBallots, None).unwrap();
        let tally = EncryptedTally::<Ed25519>::parse(&maker.tally(&sums, &votes)).unwrap();
        let tally_text = tally.to_bytes();
        let figures = TallyRecord {
            num_tallied: ballots as u64,
            total_weight: Weight::new(ballots as u64),
            encrypted_tally: PayloadHash::of(&tally_text),
        };
        archive.data(&tally_text).unwrap();
        let payload = archive.data(&figures.to_bytes()).unwrap();
        archive.event(EventKind::EncryptedTally, Some(payload)).unwrap();
        let start = Instant::now();
        let decryption = PartialDecryption::create(&key, election.fingerprint(), &tally, &mut rng);
        let text = decryption.to_bytes();
        archive.data(&text).unwrap();
        let owned = Owned {
            owner: 1,
            payload: PayloadHash::of(&text),
        };
        let payload = archive.data(&owned.to_bytes()).unwrap();
        archive.event(EventKind::PartialDecryption, Some(payload)).unwrap();
        let trustees = trustees.verify().unwrap();
        let decrypted = Decrypted::combine(&trustees, &tally, &[(1, decryption)]).unwrap();
        let result = decrypted.result(Weight::new(ballots as u64)).unwrap().to_bytes();
        println!("decrypted, with discrete logarithms, in {:?}", start.elapsed());
        let payload = archive.data(&result).unwrap();
        archive.event(EventKind::Result, Some(payload)).unwrap();
        archive.into_inner().flush().unwrap();
        println!("{ballots} ballots: {}", String::from_utf8(result).unwrap());
    }

    /// What a voter votes.
    const fn choice(voter: usize) -> usize {
        voter * 7 % CHOICES
    }

    struct Maker {
        multiples: Multiples,
        uuid: String,
        fingerprint: String,
    }

    impl Maker {
        fn new(lanes: Lanes, election: &Election<Ed25519>, key: &str) -> Self {
            let [x0, x1, x2, x3, y0, y1, y2, y3] = coordinates(lanes, key).unwrap();
            // SAFETY: `lanes` proves that the processor has the instructions.
            let multiples = unsafe { Multiples::new(&GENERATOR, &[[x0, x1, x2, x3], [y0, y1, y2, y3]]) };
            Self {
                multiples,
                uuid: election.uuid().as_str().to_owned(),
                fingerprint: election.fingerprint().to_owned(),
            }
        }

        /// The texts of the points `g^a·y^b`, lane by lane; exponents left out are zero.
        fn texts(&self, points: &[(Option<Exponents>, Option<Exponents>)]) -> Vec<[Digits; LANES]> {
            // SAFETY: there is a maker only where the processor was asked.
            unsafe { self.computed(points) }
        }

        #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
        fn computed(&self, points: &[(Option<Exponents>, Option<Exponents>)]) -> Vec<[Digits; LANES]> {
            let words = |exponents: &Exponents| -> [Words; LANES] { exponents.map(|exponent| *exponent.words()) };
            let mut all = Vec::with_capacity(points.len());
            for (of_generator, of_key) in points {
                let mut sum = Point::neutral();
                if let Some(exponents) = of_generator {
                    sum = self.multiples.add(sum, Base::Generator, &by_word(&words(exponents)));
                }
                if let Some(exponents) = of_key {
                    sum = self.multiples.add(sum, Base::Key, &by_word(&words(exponents)));
                }
                all.push(sum.projective());
            }
            let written = normalized(&all).into_iter().map(|points| {
                let mut texts = [[0; DIGITS]; LANES];
                for (text, coordinates) in texts.iter_mut().zip(points.to_lanes()) {
                    text::write(&encoding(&coordinates), text);
                }
                texts
            });
            written.collect()
        }

        fn credentials(&self, block: usize) -> Vec<String> {
            let texts = self.texts(&[(Some(secrets(block)), None)]);
            texts[0].iter().map(|text| string(text).to_owned()).collect()
        }

        /// The ballots of eight voters, and the exponents of their ciphertexts.
        fn ballots(&self, block: usize) -> (Vec<Vec<u8>>, Vec<[Scalar; CHOICES]>) {
            let mut rng = StdRng::seed_from_u64(1 << 40 | block as u64);
            let mut draw = || -> Exponents { std::array::from_fn(|_| random(&mut rng)) };
            let secrets = secrets(block);
            let votes: [usize; LANES] = std::array::from_fn(|lane| choice(block * LANES + lane));
            let exponents: [Exponents; CHOICES] = std::array::from_fn(|_| draw());
            // Of each choice: what the right branch commits to, challenge and response of the other one.
            let branches: [[Exponents; 3]; CHOICES] = std::array::from_fn(|_| [draw(), draw(), draw()]);
            let (whole, signing) = (draw(), draw());
            let bit = |choice: usize, lane: usize| votes[lane] == choice;
            let each = |value: &dyn Fn(usize) -> Scalar| -> Exponents { std::array::from_fn(value) };
            let mut points = Vec::new();
            for choice in 0..CHOICES {
                points.push((Some(exponents[choice]), None));
                let vote = each(&|lane| Scalar::from_u128(bit(choice, lane).into()));
                points.push((Some(vote), Some(exponents[choice])));
            }
            let total = each(&|lane| exponents.iter().fold(Scalar::ZERO, |sum, all| sum.add(&all[lane])));
            points.push((Some(total), None));
            points.push((Some([Scalar::from_u128(1); LANES]), Some(total)));
            points.push((Some(secrets), None));
            for choice in 0..CHOICES {
                let [committed, challenge, response] = &branches[choice];
                for value in [false, true] {
                    let exponent = each(&|lane| {
                        if bit(choice, lane) == value {
                            committed[lane]
                        } else {
                            response[lane].add(&challenge[lane].mul(&exponents[choice][lane]))
                        }
                    });
                    // (beta / g^value)^challenge holds g^(challenge·(vote - value)).
                    let rest = each(&|lane| match (bit(choice, lane), value) {
                        (true, false) => challenge[lane],
                        (false, true) => challenge[lane].negative(),
                        _ => Scalar::ZERO,
                    });
                    points.push((Some(exponent), None));
                    points.push((Some(rest), Some(exponent)));
                }
            }
            points.push((Some(whole), None));
            points.push((None, Some(whole)));
            points.push((Some(signing), None));
            let texts = self.texts(&points);
            let ballots = (0..LANES).map(|lane| {
                let texts: Vec<&str> = texts.iter().map(|lanes| string(&lanes[lane])).collect();
                let (ciphertexts, rest) = texts.split_at(2 * CHOICES);
                let (sums, rest) = rest.split_at(2);
                let (credential, commitments) = rest.split_first().unwrap();
                let statement = format!("prove|{}|{credential}|", self.fingerprint);
                let mut choices = Vec::new();
                let mut individual = Vec::new();
                for choice in 0..CHOICES {
                    let [committed, other, response] = branches[choice].each_ref().map(|lanes| lanes[lane]);
                    let pair = &ciphertexts[2 * choice..2 * choice + 2];
                    let of_pair = &commitments[4 * choice..4 * choice + 4];
                    let hash = hash(&format!("{statement}{}|{}", pair.join(","), of_pair.join(",")));
                    let right = hash.add(&other.negative());
                    let right = proof(&right, &committed, &exponents[choice][lane]);
                    let other = format!("{{\"challenge\":\"{}\",\"response\":\"{}\"}}", decimal(&other), decimal(&response));
                    individual.push(if votes[lane] == choice {
                        format!("[{other},{right}]")
                    } else {
                        format!("[{right},{other}]")
                    });
                    choices.push(format!("{{\"alpha\":\"{}\",\"beta\":\"{}\"}}", pair[0], pair[1]));
                }
                let of_sum = &commitments[4 * CHOICES..4 * CHOICES + 2];
                let challenge = hash(&format!(
                    "{statement}{}|{}|{}",
                    ciphertexts.join(","),
                    sums.join(","),
                    of_sum.join(",")
                ));
                let overall = proof(&challenge, &whole[lane], &total[lane]);
                let mut ballot = format!(
                    "{{\"election_uuid\":\"{}\",\"election_hash\":\"{}\",\"credential\":\"{credential}\",\"answers\":[{{\"choices\":[{}],\
                     \"individual_proofs\":[{}],\"overall_proof\":[{overall}]}}]",
                    self.uuid,
                    self.fingerprint,
                    choices.join(","),
                    individual.join(",")
                );
                let body = Sha256::new().chain_update(&ballot).chain_update("}").finalize();
                let body = STANDARD_NO_PAD.encode(body);
                let challenge = hash(&format!("sig|{body}|{}", commitments[4 * CHOICES + 2]));
                let signature = proof(&challenge, &signing[lane], &secrets[lane]);
                write!(ballot, ",\"signature\":{{\"hash\":\"{body}\",\"proof\":{signature}}}}}").unwrap();
                ballot.into_bytes()
            });
            let ballots = ballots.collect();
            let exponents = (0..LANES).map(|lane| exponents.map(|lanes| lanes[lane])).collect();
            (ballots, exponents)
        }

        /// The sum of all ballots.
        fn tally(&self, sums: &[Scalar; CHOICES], votes: &[u64; CHOICES]) -> Vec<u8> {
            let mut points = Vec::new();
            for (sum, votes) in sums.iter().zip(votes) {
                points.push((Some([*sum; LANES]), None));
                points.push((Some([Scalar::from_u128((*votes).into()); LANES]), Some([*sum; LANES])));
            }
            let texts = self.texts(&points);
            let pairs = texts.chunks(2).map(|pair| {
                let [alpha, beta] = [string(&pair[0][0]), string(&pair[1][0])];
                format!("{{\"alpha\":\"{alpha}\",\"beta\":\"{beta}\"}}")
            });
            format!("[[{}]]", pairs.collect::<Vec<_>>().join(",")).into_bytes()
        }
    }

    /// The signing keys of eight voters.
    fn secrets(block: usize) -> Exponents {
        let mut rng = StdRng::seed_from_u64(2 << 40 | block as u64);
        std::array::from_fn(|_| random(&mut rng))
    }

    fn random(rng: &mut StdRng) -> Scalar {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Scalar::from_hash(&bytes)
    }

    fn hash(text: &str) -> Scalar {
        Scalar::from_hash(&Sha256::digest(text).into())
    }

    /// A proof whose response is `committed - challenge·secret`.
    fn proof(challenge: &Scalar, committed: &Scalar, secret: &Scalar) -> String {
        let response = committed.add(&challenge.mul(secret).negative());
        format!(
            "{{\"challenge\":\"{}\",\"response\":\"{}\"}}",
            decimal(challenge),
            decimal(&response)
        )
    }

    fn decimal(scalar: &Scalar) -> String {
        const TEN_19: u128 = 10_000_000_000_000_000_000;
        let mut words = *scalar.words();
        let mut groups = Vec::with_capacity(4);
        while words != [0; 4] {
            let mut rest = 0_u128;
            for word in words.iter_mut().rev() {
                let value = rest << 64 | u128::from(*word);
                *word = (value / TEN_19) as u64;
                rest = value % TEN_19;
            }
            groups.push(rest as u64);
        }
        let mut text = groups.pop().unwrap_or_default().to_string();
        for group in groups.iter().rev() {
            write!(text, "{group:019}").unwrap();
        }
        text
    }

    fn string(digits: &Digits) -> &str {
        std::str::from_utf8(digits).unwrap()
    }
}
