//! Laws of the three groups, and what must never be read as a group element or a scalar.

use isoloir_protocol::group::{Belenios2048, Branch, Ed25519, ElementError, Group, Rfc3526};
use rand_core::CryptoRng;

use crate::common;
use common::rng;

fn text<G: Group>(element: &G::Element) -> String {
    let mut out = String::new();
    G::write(element, &mut out);
    out
}

fn laws<G: Group>(rng: &mut impl CryptoRng) {
    let (x, y) = (G::random_scalar(rng), G::random_scalar(rng));
    let (gx, gy) = (G::pow_g(&x), G::pow_g(&y));
    let zero = G::scalar(0);
    assert_eq!(G::pow_g(&zero), G::identity());
    assert_eq!(G::pow_g(&G::scalar(1)), G::generator());
    assert_eq!(G::mul(&gx, &gy), G::pow_g(&G::add(&x, &y)));
    assert_eq!(G::div(&gx, &gy), G::pow_g(&G::sub(&x, &y)));
    assert_eq!(G::pow(&gx, &y), G::pow_g(&G::scalar_mul(&x, &y)));
    assert_eq!(G::pow_table(&G::table(&gx), &y), G::pow(&gx, &y));
    let minus_one = G::sub(&zero, &G::scalar(1));
    assert_eq!(G::mul(&G::pow_g(&minus_one), &G::generator()), G::identity(), "g^q = 1");
    for choice in [0, 1] {
        assert_eq!(
            G::select(&gx, &gy, choice.into()),
            if choice == 0 { gx.clone() } else { gy.clone() }
        );
    }
    let inverse = G::scalar_invert(&x).unwrap();
    assert_eq!(G::scalar_mul(&x, &inverse), G::scalar(1));
    assert_eq!(G::scalar_invert(&zero), None);

    assert_eq!(G::vartime_product(&[]), G::identity());
    let product = G::vartime_product(&[
        (gx.clone(), y.clone()),
        (gy.clone(), x.clone()),
        (gx.clone(), G::scalar(3)),
    ]);
    let exponent = G::add(
        &G::scalar_mul(&G::scalar_mul(&x, &y), &G::scalar(2)),
        &G::scalar_mul(&x, &G::scalar(3)),
    );
    assert_eq!(product, G::pow_g(&exponent));

    let key = G::table(&gy);
    let (r, c) = (G::random_scalar(rng), G::random_scalar(rng));
    let branches = [0, 1, 5].map(|shift| Branch::<G> {
        response: &r,
        challenge: &c,
        shift,
    });
    let commitments = G::vartime_commitments(&gx, &key, &branches);
    for (branch, commitment) in branches.iter().zip(&commitments) {
        let shifted = G::div(&gx, &G::pow_g(&G::scalar(branch.shift.into())));
        assert_eq!(*commitment, G::mul(&G::pow(&gy, &r), &G::pow(&shifted, &c)));
    }
    let candidate = G::candidate(&gx);
    assert_eq!(
        G::vartime_admit(&candidate, &key, &branches),
        Ok((gx.clone(), commitments.clone()))
    );

    let mut list = String::new();
    G::write_list(&commitments, &mut list);
    assert_eq!(list, commitments.iter().map(text::<G>).collect::<Vec<_>>().join(","));
    for element in [&gx, &G::identity(), &G::generator()] {
        assert_eq!(G::parse(&text::<G>(element)).as_ref(), Ok(element));
        let json = serde_json::to_string(element).unwrap();
        assert_eq!(json, format!("\"{}\"", text::<G>(element)));
        assert_eq!(serde_json::from_str::<G::Element>(&json).unwrap(), *element);
        assert_eq!(serde_json::to_string(&G::candidate(element)).unwrap(), json);
    }
    for scalar in [&x, &zero, &minus_one] {
        let json = serde_json::to_string(scalar).unwrap();
        assert_eq!(serde_json::from_str::<G::Scalar>(&json).unwrap(), *scalar);
        assert!(serde_json::from_str::<G::Scalar>(&json.replacen('"', "\"0", 1)).is_err());
        assert!(serde_json::from_str::<G::Scalar>(&json.replacen('"', "\"+", 1)).is_err());
    }
}

fn plus_one(decimal: &str) -> String {
    let mut digits: Vec<u8> = decimal.bytes().collect();
    for digit in digits.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            break;
        }
        *digit = b'0';
    }
    String::from_utf8(digits).unwrap()
}

fn order_is_refused<G: Group>() {
    let minus_one = serde_json::to_string(&G::sub(&G::scalar(0), &G::scalar(1))).unwrap();
    let order = format!("\"{}\"", plus_one(minus_one.trim_matches('"')));
    assert!(serde_json::from_str::<G::Scalar>(&order).is_err());
}

fn hashes_are_reduced<G: Group>() {
    let two_to_the_128 = G::scalar_mul(&G::scalar(1 << 63), &G::scalar_mul(&G::scalar(1 << 63), &G::scalar(4)));
    let two_to_the_256 = G::scalar_mul(&two_to_the_128, &two_to_the_128);
    let max = G::sub(&two_to_the_256, &G::scalar(1));
    assert_eq!(G::scalar_from_hash(&[0xff; 32]), max);
    assert_eq!(G::scalar_from_hash(&[0; 32]), G::scalar(0));
    let max_wide = G::add(&G::scalar_mul(&max, &two_to_the_256), &max);
    assert_eq!(G::scalar_from_wide(&[0xff; 64]), max_wide);
    let mut small = [0; 64];
    small[63] = 7;
    assert_eq!(G::scalar_from_wide(&small), G::scalar(7));
}

#[test]
fn ed25519_is_a_group() {
    laws::<Ed25519>(&mut rng(1));
    order_is_refused::<Ed25519>();
    hashes_are_reduced::<Ed25519>();
}

#[test]
fn belenios_2048_is_a_group() {
    laws::<Belenios2048>(&mut rng(2));
    order_is_refused::<Belenios2048>();
    hashes_are_reduced::<Belenios2048>();
}

#[test]
fn rfc_3526_is_a_group() {
    laws::<Rfc3526>(&mut rng(3));
    order_is_refused::<Rfc3526>();
    hashes_are_reduced::<Rfc3526>();
}

/// The constants as the specification prints them.
#[test]
fn belenios_2048_has_the_published_constants() {
    let g = "2402352677501852\
        209227687703532399932712287657378364916510075318787663274146\
        353219320285676155269678799694668298749389095083896573425601\
        900601068477164491735474137283104610458681314511781646755400\
        527402889846139864532661215055797097162016168270312886432456\
        663834863635782106154918419982534315189740658186868651151358\
        576410138882215396016043228843603930989333662772848406593138\
        406010231675095763777982665103606822406635076697764025346253\
        773085133173495194248967754052573659049492477631475991575198\
        775177711481490920456600205478127054728238140972518639858334\
        115700568353695553423781475582491896050296680037745308460627";
    assert_eq!(text::<Belenios2048>(&Belenios2048::generator()), g);
    let minus_one = Belenios2048::sub(&Belenios2048::scalar(0), &Belenios2048::scalar(1));
    let q_minus_one = "\"78571733251071885079927659812671450121821421258408794611510081919805623223440\"";
    assert_eq!(serde_json::to_string(&minus_one).unwrap(), q_minus_one);
}

/// Fermat's test to two bases, for the moduli and the orders.
#[test]
fn moduli_and_orders_are_prime() {
    use crypto_bigint::{
        Odd, U256, U2048,
        modular::{FixedMontyForm, FixedMontyParams},
    };
    let passes = |n: U2048| {
        let params = FixedMontyParams::new(Odd::new(n).unwrap());
        [2_u64, 3].into_iter().all(|base| {
            let power = FixedMontyForm::new(&U2048::from_u64(base), &params).pow(&n.wrapping_sub(&U2048::ONE));
            power.retrieve() == U2048::ONE
        })
    };
    use crypto_bigint::modular::ConstMontyParams;
    use isoloir_protocol::group::{Belenios2048Parameters as B, Parameters, Rfc3526Parameters as R};
    let b_order: U256 = *<B as Parameters<4>>::Order::PARAMS.modulus().as_ref();
    for n in [
        *<B as Parameters<4>>::Modulus::PARAMS.modulus().as_ref(),
        b_order.resize(),
        *<R as Parameters<32>>::Modulus::PARAMS.modulus().as_ref(),
        *<R as Parameters<32>>::Order::PARAMS.modulus().as_ref(),
    ] {
        assert!(passes(n));
    }
    assert!(!passes(U2048::from_u64(7 * 11)));
    assert!(b_order > U256::MAX.shr_vartime(1), "a hash is below twice the order");
}

#[test]
fn texts_that_are_not_field_elements_are_refused() {
    let p = "20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835600035698305193144284561701911000786737307333564123971732897913240474578834468260652327974647951137672658693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880719";
    let minus_one = format!("{}8", &p[..p.len() - 1]);
    assert_eq!(Belenios2048::parse("1"), Ok(Belenios2048::identity()));
    for (wrong, error) in [
        ("0", ElementError::NotInGroup),
        ("", ElementError::NotCanonical),
        ("01", ElementError::NotCanonical),
        ("0x1", ElementError::NotCanonical),
        (p, ElementError::NotCanonical),
        (&plus_one(p), ElementError::NotCanonical),
        (&minus_one, ElementError::NotInSubgroup),
        ("2", ElementError::NotInSubgroup),
    ] {
        assert_eq!(Belenios2048::parse(wrong), Err(error), "{wrong}");
    }
    assert_eq!(Rfc3526::parse("11"), Err(ElementError::NotInSubgroup), "not a square");
}

#[test]
fn texts_that_are_not_curve_points_are_refused() {
    use curve25519_dalek::constants::EIGHT_TORSION;
    let hex = |bytes: [u8; 32]| bytes.iter().rev().map(|b| format!("{b:02x}")).collect::<String>();
    for (order, point) in EIGHT_TORSION.iter().enumerate().skip(1) {
        let small = hex(point.compress().to_bytes());
        assert_eq!(Ed25519::parse(&small), Err(ElementError::NotInSubgroup), "{order}");
        let mixed = hex((point + curve25519_dalek::constants::ED25519_BASEPOINT_POINT)
            .compress()
            .to_bytes());
        assert_eq!(Ed25519::parse(&mixed), Err(ElementError::NotInSubgroup), "{order}");
        assert!(Ed25519::parse_candidate(&mixed).is_ok());
        assert!(!point.is_torsion_free());
    }
    let identity = format!("{}1", "0".repeat(63));
    assert_eq!(Ed25519::parse(&identity), Ok(Ed25519::identity()));
    let p = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
    let above = |n: u8| format!("{}{:02x}", &p[..62], 0xed + n);
    let generator = text::<Ed25519>(&Ed25519::pow_g(&Ed25519::scalar(2)));
    let signed = |text: &str| format!("8{}", &text[1..]);
    let minus_one = format!("{}ec", &p[..62]);
    for wrong in [
        String::new(),
        generator.to_uppercase(),
        format!(" {}", &generator[1..]),
        format!("0x{}", &generator[2..]),
        format!("{generator}0"),
        generator[1..].to_owned(),
        above(0),
        above(1),
        above(4),
        signed(&identity),
        format!("f{}", &minus_one[1..]),
        format!("f{}", &above(1)[1..]),
    ] {
        assert_eq!(Ed25519::parse(&wrong), Err(ElementError::NotCanonical), "{wrong}");
    }
    assert_eq!(
        Ed25519::parse(&format!("{}2", "0".repeat(63))),
        Err(ElementError::NotInGroup)
    );
}

proptest::proptest! {
    /// Our faster check of membership and the library's agree on points of every order.
    #[test]
    fn membership_is_that_of_the_library(seed: u64, torsion in 0_usize..8) {
        let (g, x) = (Ed25519::generator(), Ed25519::random_scalar(&mut rng(seed)));
        let mut bytes = [0; 32];
        hex::decode_to_slice(text::<Ed25519>(&Ed25519::pow(&g, &x)), &mut bytes).unwrap();
        bytes.reverse();
        let point = curve25519_dalek::edwards::CompressedEdwardsY(bytes).decompress().unwrap();
        let point = point + curve25519_dalek::constants::EIGHT_TORSION[torsion];
        let mut encoding = point.compress().to_bytes();
        encoding.reverse();
        let parsed = Ed25519::parse(&hex::encode(encoding));
        proptest::prop_assert_eq!(parsed.is_ok(), point.is_torsion_free());
        proptest::prop_assert_eq!(parsed.is_ok(), torsion == 0);
    }
}
