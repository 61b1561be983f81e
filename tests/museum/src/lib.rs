//! The museum of attacks: published attacks on electronic votes, each an executable exhibit.
//!
//! An exhibit has two halves. The first weakens one check, the one that the attacked system did not make, and shows that the attack
//! works: otherwise the second would prove nothing. The second tries the same on the product, and names what refuses it.
//!
//! | exhibit | attack | published |
//! |---|---|---|
//! | `ballot_replay` | a voter casts a copy of somebody's ballot, and the result tells what it says | Cortier, Smyth, *Attacking and fixing Helios: an analysis of ballot secrecy*, CSF 2011 |
//! | `weak_fiat_shamir` | a proof whose challenge forgets the statement proves what is false | Bernhard, Pereira, Warinschi, *How not to prove yourself*, ASIACRYPT 2012 |
//! | `clash` | several voters are given one ballot, and each finds it in the box | Küsters, Truderung, Vogt, *Clash attacks on the verifiability of e-voting systems*, IEEE S&P 2012 |
//! | `server_reference` | the reference that the voter checks comes from the server, which stored nothing | Debant, Hirschi, *Reversing, breaking, and fixing the French legislative election e-voting protocol*, USENIX Security 2023 |
//! | `moved_ballot` | a ballot is moved into a small box, whose result tells what it says | same |
//! | `ballot_stuffing` | the server adds ballots for those who did not vote | Cortier, Galindo, Glondu, Izabachène, *Election verifiability for Helios under weaker trust assumptions*, ESORICS 2014 |
//! | `same_ballot_twice` | a ballot that is counted once for every copy of its event | Cortier, Smyth 2011, which asks that ballots be weeded |
//! | `rushing_trustee` | the trustee who speaks last chooses the key | Gennaro, Jarecki, Krawczyk, Rabin, *Secure distributed key generation for discrete-log based cryptosystems*, EUROCRYPT 1999 |
//! | `small_order` | a point of small order makes a trustee tell a part of the key; a second spelling makes a second ballot | Lim, Lee, *A key recovery attack on discrete log-based schemes using a prime order subgroup*, CRYPTO 1997 |
//! | `trapdoor_commitment` | whoever chose the generators opens a commitment to a permutation as another one | Lewis, Pereira, Teague, *Trapdoor commitments in the SwissPost e-voting shuffle proof*, 2019; Haines, Lewis, Pereira, Teague, *How not to prove your election outcome*, IEEE S&P 2020 |
//! | `split_view` | the server shows different boxes to different people, or takes a ballot out later | Heather, Lundin, *The append-only web bulletin board*, FAST 2008 |
//!
//! Attacks on what surrounds the box (links opened by scanners, codes reissued on civil status, ticks of a scheduler that come twice) are tried where
//! that part is tested: `docs/protocol/attacks.md` says where.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "an exhibit that cannot go on is broken"
)]

mod ballot_replay;
mod ballot_stuffing;
mod clash;
mod moved_ballot;
mod rushing_trustee;
mod same_ballot_twice;
mod scene;
mod server_reference;
mod small_order;
mod split_view;
mod trapdoor_commitment;
mod weak_fiat_shamir;
