//! A strict reading of ballots: one pass, and only the one text that [`isoloir_protocol::ballot::Ballot::parse`] accepts. Any
//! other text is left to that.

use crate::{
    plan::{Answer, Plan},
    scalar::Scalar,
    text::{self, DIGITS, Encoding},
};

/// A ballot of the right form.
pub struct Parsed<'a> {
    /// The credential's text.
    pub credential: &'a [u8; DIGITS],
    /// The texts of alpha and beta of every choice of every question, with commas between them.
    pub texts: Vec<u8>,
    /// Every point, the credential last.
    pub points: Vec<Encoding>,
    /// Challenge and response of every proof, the signature's last.
    pub proofs: Vec<[Scalar; 2]>,
    /// The text before the signature.
    pub body: &'a [u8],
    /// What the signature says the body's hash to be.
    pub signed: &'a [u8; 43],
}

/// What all ballots of an election begin with.
#[derive(Debug)]
pub struct Form {
    head: Vec<u8>,
}

impl Form {
    /// Of the election with this identifier and fingerprint.
    #[must_use]
    pub fn new(uuid: &str, fingerprint: &str) -> Self {
        let head = format!(r#"{{"election_uuid":"{uuid}","election_hash":"{fingerprint}","credential":""#);
        Self {
            head: head.into_bytes(),
        }
    }

    /// Reads a ballot; `None` for a text that is not the canonical one of a ballot of this form.
    #[must_use]
    pub fn parse<'a>(&self, ballot: &'a [u8], plan: &Plan) -> Option<Parsed<'a>> {
        let mut text = Text { rest: ballot };
        let mut points = Vec::with_capacity(plan.points);
        let mut texts = Vec::with_capacity(plan.points * (DIGITS + 1));
        let mut proofs = Vec::with_capacity(plan.proofs);
        text.expect(&self.head)?;
        let credential = text.take::<DIGITS>()?;
        text.expect(br#"","answers":["#)?;
        for (at, answer) in plan.questions.iter().enumerate() {
            text.separator(at)?;
            text.choices(answer.choices, &mut points, &mut texts)?;
            text.answer(answer, &mut proofs)?;
        }
        text.expect(b"]")?;
        let body = ballot.get(..ballot.len().checked_sub(text.rest.len())?)?;
        text.expect(br#","signature":{"hash":""#)?;
        let signed = text.take::<43>()?;
        text.expect(br#"","proof":"#)?;
        proofs.push(text.proof()?);
        text.expect(b"}}")?;
        points.push(text::read(credential)?);
        text.rest.is_empty().then_some(Parsed {
            credential,
            texts,
            points,
            proofs,
            body,
            signed,
        })
    }
}

/// What is not read yet.
struct Text<'a> {
    rest: &'a [u8],
}

impl<'a> Text<'a> {
    fn expect(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(taken)
    }

    /// A comma before every item but the first.
    fn separator(&mut self, at: usize) -> Option<()> {
        if at == 0 { Some(()) } else { self.expect(b",") }
    }

    fn choices(&mut self, count: usize, points: &mut Vec<Encoding>, texts: &mut Vec<u8>) -> Option<()> {
        self.expect(br#"{"choices":["#)?;
        for at in 0..count {
            self.separator(at)?;
            self.expect(br#"{"alpha":""#)?;
            self.point(points, texts)?;
            self.expect(br#"","beta":""#)?;
            self.point(points, texts)?;
            self.expect(br#""}"#)?;
        }
        Some(())
    }

    fn point(&mut self, points: &mut Vec<Encoding>, texts: &mut Vec<u8>) -> Option<()> {
        let digits = self.take::<DIGITS>()?;
        points.push(text::read(digits)?);
        if !texts.is_empty() {
            texts.push(b',');
        }
        texts.extend_from_slice(digits);
        Some(())
    }

    fn answer(&mut self, answer: &Answer, proofs: &mut Vec<[Scalar; 2]>) -> Option<()> {
        self.expect(br#"],"individual_proofs":["#)?;
        for at in 0..answer.choices {
            self.separator(at)?;
            self.proofs(2, proofs)?;
        }
        self.expect(br#"],"overall_proof":"#)?;
        self.proofs(answer.overall, proofs)?;
        if answer.blank {
            self.expect(br#","blank_proof":"#)?;
            self.proofs(2, proofs)?;
        }
        self.expect(b"}")
    }

    fn proofs(&mut self, count: usize, proofs: &mut Vec<[Scalar; 2]>) -> Option<()> {
        self.expect(b"[")?;
        for at in 0..count {
            self.separator(at)?;
            proofs.push(self.proof()?);
        }
        self.expect(b"]")
    }

    fn proof(&mut self) -> Option<[Scalar; 2]> {
        self.expect(br#"{"challenge":""#)?;
        let challenge = self.scalar()?;
        self.expect(br#"","response":""#)?;
        let response = self.scalar()?;
        self.expect(br#""}"#)?;
        Some([challenge, response])
    }

    fn scalar(&mut self) -> Option<Scalar> {
        let length = self.rest.iter().position(|byte| *byte == b'"')?;
        let (digits, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Scalar::parse(digits)
    }
}
