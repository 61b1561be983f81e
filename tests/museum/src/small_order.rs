//! A point of small order makes a trustee tell a part of the key (Lim, Lee 1997); a point written in a second way makes a second ballot.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::scalar::Scalar;
use isoloir_protocol::group::{ElementError, Group};

use crate::scene::G;

/// As the protocol writes points: the number from its highest digit on.
fn written(mut little_endian: [u8; 32]) -> String {
    little_endian.reverse();
    hex::encode(little_endian)
}

#[test]
fn a_trustee_who_decrypts_any_point_of_the_curve_tells_its_key_modulo_eight() {
    let point = EIGHT_TORSION[1];
    for key in [5_u64, 1234, 987_654_321] {
        // What the trustee would publish as the factor of a ballot whose alpha is this point.
        let factor = Scalar::from(key) * point;
        let told = (0..8_u64).find(|guess| Scalar::from(*guess) * point == factor);
        assert_eq!(told, Some(key % 8));
    }
    let text = written(point.compress().to_bytes());
    assert_eq!(G::parse(&text), Err(ElementError::NotInSubgroup));
    // A point of the group with a small one added is as bad, and looks like any other.
    let mixed = written((ED25519_BASEPOINT_POINT + point).compress().to_bytes());
    assert_eq!(G::parse(&mixed), Err(ElementError::NotInSubgroup));
}

#[test]
fn a_point_has_one_writing() {
    // y = 1 is the neutral element; y = p + 1 is the same number written beyond the field.
    let mut once = [0; 32];
    once[0] = 1;
    let mut twice = [0xff; 32];
    (twice[0], twice[31]) = (0xee, 0x7f);
    let read = |bytes: [u8; 32]| CompressedEdwardsY(bytes).decompress();
    assert_eq!(
        read(once),
        read(twice),
        "a lax reader takes both: one ballot, two trackers"
    );
    assert!(G::parse(&written(once)).is_ok());
    assert!(G::parse(&written(twice)).is_err());
}
