use super::*;

fn set(m: usize, mode: PlaneMode) -> PlaneSet {
    let basis = UnitBasis::standard(m).unwrap_or_else(|e| panic!("{e}"));
    PlaneSet::new(&basis, mode, None)
}

#[test]
fn planes_come_in_lexicographic_order() {
    for m in 2..9 {
        for mode in [PlaneMode::Combinations, PlaneMode::Permutations] {
            let planes = set(m, mode);
            let listed: Vec<Plane> = (0..planes.len()).map(|n| planes.get(n)).collect();
            let m = m as u32;
            let expected: Vec<Plane> = (0..m)
                .flat_map(|i| (0..m).map(move |j| Plane { i, j }))
                .filter(|p| match mode {
                    PlaneMode::Combinations => p.i < p.j,
                    PlaneMode::Permutations => p.i != p.j,
                })
                .collect();
            assert_eq!(listed, expected);
            for (n, &plane) in listed.iter().enumerate() {
                assert_eq!(planes.position(plane), Some(n));
            }
            check_walks(&planes, m);
        }
    }
}

/// One after another and vector by vector, the planes are those at their places.
fn check_walks(planes: &PlaneSet, m: u32) {
    let listed: Vec<Plane> = (0..planes.len()).map(|n| planes.get(n)).collect();
    assert!(planes.iter().eq(listed.iter().copied()));
    for i in 0..m {
        for second in (0..=m).flat_map(|from| (from..=m).map(move |to| from..to)) {
            let range = planes.between(i, second.clone());
            let towards = planes.towards(i, second.clone());
            assert!(towards.eq(range.clone().map(|place| (place, listed[place].j))));
            assert!(
                listed[..range.start]
                    .iter()
                    .all(|p| (p.i, p.j) < (i, second.start))
            );
            assert!(
                listed[range.clone()]
                    .iter()
                    .all(|p| p.i == i && second.contains(&p.j))
            );
            assert!(
                listed[range.end..]
                    .iter()
                    .all(|p| (p.i, p.j) >= (i, second.end))
            );
        }
    }
}

#[test]
fn wide_layers_rank_without_overflow() {
    let planes = set(100_000, PlaneMode::Combinations);
    let last = planes.len() - 1;
    assert_eq!(
        planes.get(last),
        Plane {
            i: 99_998,
            j: 99_999
        }
    );
    assert_eq!(planes.position(planes.get(last / 3)), Some(last / 3));
}

#[test]
fn degenerate_pairs_are_skipped() {
    let rows = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 1.0]];
    let basis = UnitBasis::dense(rows.concat(), 4, 2).unwrap_or_else(|e| panic!("{e}"));
    for (mode, expected) in [(PlaneMode::Combinations, 5), (PlaneMode::Permutations, 10)] {
        let planes = PlaneSet::new(&basis, mode, None);
        assert_eq!(planes.len(), expected);
        for n in 0..planes.len() {
            assert!(basis.spans(planes.get(n)));
            assert_eq!(planes.position(planes.get(n)), Some(n));
        }
        assert_eq!(planes.position(Plane { i: 0, j: 2 }), None);
        check_walks(&planes, 4);
    }
}

#[test]
fn draws_are_seeded_without_replacement_and_pinned() {
    let basis = UnitBasis::standard(24).unwrap_or_else(|e| panic!("{e}"));
    let draw = |max_planes, seed| {
        let draw = Draw { max_planes, seed };
        let planes = PlaneSet::new(&basis, PlaneMode::Combinations, Some(draw));
        check_walks(&planes, 24);
        planes.iter().collect::<Vec<_>>()
    };
    let mut planes = draw(40, 7);
    assert_eq!(planes, draw(40, 7));
    assert_ne!(planes, draw(40, 8));
    assert!(planes.is_sorted());
    planes.dedup();
    assert_eq!(planes.len(), 40);
    assert_eq!(draw(276, 1).len(), 276);
    assert_eq!(draw(1000, 1).len(), 276);
}

#[test]
fn a_part_holds_the_planes_at_its_places() {
    let whole = set(9, PlaneMode::Permutations);
    let part = whole.part(&[0, 5, 6, 40, 71]);
    let expected = [0, 5, 6, 40, 71].map(|place| whole.get(place));
    assert!(part.iter().eq(expected));
    check_walks(&part, 9);
    assert_eq!(part.position(expected[3]), Some(3));
    assert_eq!(part.position(whole.get(1)), None);
    assert_eq!(part.in_all(), 72);
    let less = part.part(&[1, 4]);
    assert!(less.iter().eq([expected[1], expected[4]]));
    assert!(whole.part(&[]).is_empty());
}

#[test]
fn every_plane_is_drawn_equally_often() {
    let basis = UnitBasis::standard(5).unwrap_or_else(|e| panic!("{e}"));
    let mut drawn = [0u32; 10];
    for seed in 0..2000 {
        let draw = Draw {
            max_planes: 3,
            seed,
        };
        let planes = PlaneSet::new(&basis, PlaneMode::Combinations, Some(draw));
        let all = PlaneSet::new(&basis, PlaneMode::Combinations, None);
        for n in 0..3 {
            if let Some(place) = all.position(planes.get(n)) {
                drawn[place] += 1;
            }
        }
    }
    // 600 expected, standard deviation 20.5: five of them either way.
    assert!(drawn.iter().all(|n| (500..700).contains(n)), "{drawn:?}");
}

/// Vectors of the plane's basis, some of them parallel, and those chosen of them.
fn parallel_basis() -> UnitBasis {
    let angles: [f64; 9] = [0.0, 0.4, 0.4, 0.9, 1.3, 0.4, 2.0, 0.0, 2.5];
    let rows = angles.iter().flat_map(|a| [a.cos(), a.sin()]);
    UnitBasis::dense(rows.collect(), 9, 2).unwrap_or_else(|e| panic!("{e}"))
}

/// The pairs of chosen vectors that span a plane, one by one.
fn plainly(basis: &UnitBasis, mode: PlaneMode, chosen: &[u32]) -> Vec<Plane> {
    let m = basis.len() as u32;
    let pairs = (0..m).flat_map(|i| (0..m).map(move |j| Plane { i, j }));
    pairs
        .filter(|p| p.i < p.j || (p.i > p.j && mode == PlaneMode::Permutations))
        .filter(|p| chosen.contains(&p.i) && chosen.contains(&p.j) && basis.spans(*p))
        .collect()
}

#[test]
fn planes_among_some_vectors_keep_their_numbers() {
    let standard = UnitBasis::standard(9).unwrap_or_else(|e| panic!("{e}"));
    let choices: &[&[u32]] = &[
        &[0, 1],
        &[7, 8],
        &[0, 8],
        &[1, 2, 5],
        &[0, 2, 3, 4, 7],
        &[1, 3, 4, 6, 8],
        &[0, 1, 2, 3, 4, 5, 6, 7],
        &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    ];
    for basis in [standard, parallel_basis()] {
        for mode in [PlaneMode::Combinations, PlaneMode::Permutations] {
            for &chosen in choices {
                let subset = Subset::of(9, chosen.iter().copied()).unwrap();
                let planes = PlaneSet::among(&subset, &basis, mode, None);
                let expected = plainly(&basis, mode, chosen);
                check_set(&planes, &expected);
                assert_eq!(planes.in_all(), expected.len() as u64);
                assert!(!planes.is_sampled());
                let pairs = chosen.len() * (chosen.len() - 1) / [2, 1][mode as usize];
                assert_eq!(planes.degenerate(), pairs - expected.len());
                assert_eq!(planes.is_whole(), expected.len() == [36, 72][mode as usize]);
                for (max_planes, seed) in [(1, 0), (3, 4), (7, 1), (30, 2), (1000, 3)] {
                    let draw = Draw { max_planes, seed };
                    let drawn = PlaneSet::among(&subset, &basis, mode, Some(draw));
                    let listed: Vec<Plane> = drawn.iter().collect();
                    assert!(listed.is_sorted_by(|a, b| a < b));
                    assert!(listed.iter().all(|plane| expected.contains(plane)));
                    assert_eq!(listed.len(), max_planes.min(expected.len()));
                    assert_eq!(drawn.in_all(), expected.len() as u64);
                    assert_eq!(drawn.is_sampled(), max_planes < expected.len());
                    check_set(&drawn, &listed);
                }
                let every_third: Vec<u32> = (0..expected.len() as u32).step_by(3).collect();
                let listed: Vec<Plane> = expected.iter().step_by(3).copied().collect();
                check_set(&planes.part(&every_third), &listed);
            }
        }
    }
}

/// The set holds those planes and no other, wherever it is asked.
fn check_set(planes: &PlaneSet, expected: &[Plane]) {
    assert_eq!(planes.len(), expected.len());
    assert!(planes.iter().eq(expected.iter().copied()));
    for i in 0..11 {
        for j in 0..11 {
            let plane = Plane { i, j };
            let place = expected.iter().position(|&listed| listed == plane);
            assert_eq!(planes.position(plane), place, "{plane}");
        }
    }
    check_walks(planes, 9);
    assert_eq!(planes.between(3, 0..u32::MAX).len(), {
        expected.iter().filter(|plane| plane.i == 3).count()
    });
}

#[test]
fn a_whole_subset_is_no_choice() {
    let basis = parallel_basis();
    let whole = Subset::whole(9);
    let set = PlaneSet::new(&basis, PlaneMode::Permutations, None);
    let among = PlaneSet::among(&whole, &basis, PlaneMode::Permutations, None);
    assert_eq!(set, among);
}
