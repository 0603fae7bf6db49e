//! The invite link as a QR code: what is printed is read back as a camera would.
#![allow(clippy::unwrap_used)]

use crate::world;

/// What the codes say that these block characters draw: blocks are light, the rest is dark.
fn read(drawing: &str) -> Vec<String> {
    const SIDE: usize = 4;
    let rows: Vec<Vec<bool>> = drawing
        .lines()
        .take_while(|line| !line.is_empty())
        .flat_map(|line| {
            let half = |light: [char; 2]| line.chars().map(|c| light.contains(&c)).collect();
            [half(['█', '▀']), half(['█', '▄'])]
        })
        .collect();
    assert!(!rows.is_empty(), "{drawing}");
    // Each square is some pixels, so that there is an image to look at.
    let (width, height) = (rows[0].len() * SIDE, rows.len() * SIDE);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if rows[y / SIDE][x / SIDE] { 255 } else { 0 }
    });
    image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn an_invite_link_is_drawn_and_reads_back() {
    let world = world();
    let club = world.group("Book club");
    let link = world.quietly(&["invite", "get", &club, "--sandbox", "--jq", ".invite_link"]).stdout;
    let link = link.trim();
    let drawn = world.quietly(&["invite", "get", &club, "--sandbox", "--qr"]);
    assert_eq!((drawn.code, drawn.stderr.as_str()), (Some(0), ""), "{drawn:?}");
    assert_eq!(read(&drawn.stdout), [link]);
    assert_eq!(drawn.stdout.lines().last(), Some(link));
    assert!(!drawn.stdout.contains('\u{1b}'), "a pipe gets no colours");
    // The variable is a habit, the option a wish.
    let mut asked = world.command(&["invite", "get", &club, "--sandbox", "--qr"]);
    let told = asked.env("WAGROUPS_OUTPUT", "json").output().unwrap();
    assert_eq!(String::from_utf8(told.stdout).unwrap(), drawn.stdout);
    // A link that is replaced is another code.
    world.quietly(&["invite", "reset", &club, "--sandbox"]);
    let after = world.quietly(&["invite", "get", &club, "--sandbox", "--qr"]);
    assert_eq!(read(&after.stdout), [after.stdout.lines().last().unwrap()]);
    assert_ne!(read(&after.stdout), [link]);
}

#[test]
fn a_drawing_is_no_data() {
    let world = world();
    for option in [&["-o", "json"][..], &["-o", "csv"], &["--jq", "."], &["--fields", "invite_link"]] {
        let run = world.run(&[&["invite", "get", "G", "--sandbox", "--qr"], option].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
    assert_eq!(world.run(&["invite", "get", "nobody", "--sandbox", "--qr"]).code, Some(4));
    assert_eq!(world.run(&["invite", "reset", "G", "--sandbox", "--qr"]).code, Some(2));
    world.check("a_drawing_is_no_data");
}
