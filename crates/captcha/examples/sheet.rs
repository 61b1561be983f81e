//! Writes pictures and sounds to a folder, to be looked at and listened to: `cargo run -p isoloir-captcha --example sheet -- DIR`.
use isoloir_captcha::{Challenge, Tongue};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).ok_or("a folder is needed")?);
    for seed in 0..12 {
        let mut rng = StdRng::seed_from_u64(seed);
        let challenge = Challenge::draw(&mut rng);
        let name = challenge.answer();
        std::fs::write(folder.join(format!("{name}.png")), challenge.picture(&mut rng)?)?;
        for (tongue, code) in [(Tongue::French, "fr"), (Tongue::English, "en")] {
            std::fs::write(
                folder.join(format!("{name}-{code}.wav")),
                challenge.sound(tongue, &mut rng),
            )?;
        }
    }
    Ok(())
}
