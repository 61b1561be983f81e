//! Points in memory, each for itself, to be added in any order.

use crate::{
    field::{Factor, LANES, splat},
    memory::{load, store_to, transposed},
    point::Niels,
};

/// A point to be added: fifteen limbs of factors, in two cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(128))]
pub struct Entry([[u64; LANES]; 2]);

impl Entry {
    /// `y+x = 1`, `y-x = 1`, `2d·x·y = 0`.
    pub const NEUTRAL: Self = Self([[1, 0, 0, 0, 0, 1, 0, 0], [0; LANES]]);

    /// The point of each lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn of(points: &Niels) -> [Self; LANES] {
        let [a0, a1, a2, a3, a4] = *points.plus.registers();
        let [b0, b1, b2, b3, b4] = *points.minus.registers();
        let [c0, c1, c2, c3, c4] = *points.xy2d.registers();
        let left = transposed(&[a0, a1, a2, a3, a4, b0, b1, b2]);
        let right = transposed(&[b3, b4, c0, c1, c2, c3, c4, splat(0)]);
        let mut entries = [Self::NEUTRAL; LANES];
        for ((entry, left), right) in entries.iter_mut().zip(left).zip(right) {
            let Self([first, second]) = entry;
            store_to(first, left);
            store_to(second, right);
        }
        entries
    }
}

/// Eight points, one in each lane.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn row([e0, e1, e2, e3, e4, e5, e6, e7]: [&Entry; LANES]) -> Niels {
    let Entry([l0, r0]) = e0;
    let Entry([l1, r1]) = e1;
    let Entry([l2, r2]) = e2;
    let Entry([l3, r3]) = e3;
    let Entry([l4, r4]) = e4;
    let Entry([l5, r5]) = e5;
    let Entry([l6, r6]) = e6;
    let Entry([l7, r7]) = e7;
    let [a0, a1, a2, a3, a4, b0, b1, b2] = transposed(&[
        load(l0),
        load(l1),
        load(l2),
        load(l3),
        load(l4),
        load(l5),
        load(l6),
        load(l7),
    ]);
    let [b3, b4, c0, c1, c2, c3, c4, _] = transposed(&[
        load(r0),
        load(r1),
        load(r2),
        load(r3),
        load(r4),
        load(r5),
        load(r6),
        load(r7),
    ]);
    // The limbs are those of factors that were stored.
    Niels {
        plus: Factor::of_registers([a0, a1, a2, a3, a4]),
        minus: Factor::of_registers([b0, b1, b2, b3, b4]),
        xy2d: Factor::of_registers([c0, c1, c2, c3, c4]),
    }
}
