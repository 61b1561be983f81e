#!/usr/bin/env python3
"""Records the ten digits of each voice with espeak-ng (Debian package of the same name), as unsigned 8-bit samples at 11,025 Hz.

The files beside this one are its output, committed so that nobody needs espeak-ng to build. espeak-ng is free software under the GPL; the
sound it makes is not a copy of it and carries no licence of its own. Run from this folder: ./record.py
"""

import pathlib
import struct
import subprocess
import wave
import io

# Folder, espeak-ng voice, speed in words a minute, pitch.
VOICES = [
    ("fr-1", "fr", 125, 45),
    ("fr-2", "fr+f3", 120, 55),
    ("en-1", "en-gb", 125, 45),
    ("en-2", "en-us+f3", 120, 55),
]
WORDS = {
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
}


def record(word, voice, speed, pitch):
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(sound)) as read:
        assert (read.getframerate(), read.getsampwidth(), read.getnchannels()) == (22050, 2, 1)
        frames = read.readframes(10**7)
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    # Half the rate: the mean of two neighbours.
    half = [(a + b) / 2 for a, b in zip(samples[::2], samples[1::2])]
    peak = max(abs(s) for s in half)
    heard = [i for i, s in enumerate(half) if abs(s) > peak * 0.02]
    kept = half[max(0, heard[0] - 110) : heard[-1] + 220]
    return bytes(round(128 + s / peak * 120) for s in kept)


for folder, voice, speed, pitch in VOICES:
    place = pathlib.Path(__file__).parent / folder
    place.mkdir(exist_ok=True)
    for digit, word in enumerate(WORDS[folder[:2]]):
        (place / f"{digit}.u8").write_bytes(record(word, voice, speed, pitch))
