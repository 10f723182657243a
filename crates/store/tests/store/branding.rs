//! How the pages of a workspace look: beside the workspace, and gone with it.

use vestibule_model::{Branding, Logo, Workspace, WorkspaceId};
use vestibule_store::Reach;

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

fn logo(fill: &str) -> Logo {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><path fill=\"{fill}\" d=\"M0 0\"/></svg>"
    );
    Logo::read(svg.into_bytes()).unwrap()
}

fn logo_of(bed: &mut Bed, id: WorkspaceId) -> Option<Logo> {
    bed.read(move |tx| tx.logo(id)).unwrap()
}

on_both! {
    fn a_workspace_has_its_name_colour_and_logo_until_they_are_cleared(bed) {
        let picture = logo("red");
        let acme = Workspace {
            branding: Branding {
                name: Some("Acme — Röbötics".to_owned()),
                colour: Some("#0b5cad".parse().unwrap()),
                logo: Some(picture.hash()),
            },
            ..workspace("acme")
        };
        let (id, copy, kept) = (acme.id, acme.clone(), picture.clone());
        bed.write(move |tx| {
            tx.insert_workspace(&copy)?;
            tx.put_logo(id, Some(&kept))
        })
        .unwrap();
        let read = |bed: &mut Bed| bed.read(move |tx| tx.workspace(Reach::All, id)).unwrap().unwrap();
        assert_eq!(read(bed), acme);
        assert_eq!(logo_of(bed, id), Some(picture));

        let other = logo("blue");
        let kept = other.clone();
        bed.write(move |tx| tx.put_logo(id, Some(&kept))).unwrap();
        assert_eq!(logo_of(bed, id), Some(other));

        let plain = Workspace { branding: Branding::default(), ..acme };
        let copy = plain.clone();
        bed.write(move |tx| {
            tx.put_logo(id, None)?;
            tx.update_workspace(&copy)
        })
        .unwrap();
        assert_eq!(read(bed), plain);
        assert_eq!(logo_of(bed, id), None);
    }

    fn a_logo_goes_with_its_workspace(bed) {
        let (acme, other) = (workspace("acme"), workspace("other"));
        let (id, stays) = (acme.id, other.id);
        bed.write(move |tx| {
            tx.insert_workspace(&acme)?;
            tx.insert_workspace(&other)?;
            tx.put_logo(id, Some(&logo("red")))?;
            tx.put_logo(stays, Some(&logo("blue")))?;
            tx.delete_workspace(id, now())
        })
        .unwrap();
        assert_eq!(logo_of(bed, id), None);
        assert_eq!(logo_of(bed, stays), Some(logo("blue")));
        assert_eq!(bed.count("workspace_logos"), 1);
    }
}
