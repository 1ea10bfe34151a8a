//! A real window on a real desktop.

use interpreter_perception::Pixels;
use interpreter_test_support::{Desktop, Fixture};

use crate::scene::eyes;

#[tokio::test]
async fn the_button_of_a_window_is_found_where_it_is() {
    let desktop = Desktop::start();
    for label in ["Press me", "Don't Save", "OK"] {
        let form = Fixture::form(&desktop, label).await;
        let shot = desktop.screenshot();
        let pixels = Pixels {
            width: shot.width(),
            height: shot.height(),
            rgb: shot.into_raw(),
        };
        for (text, place) in [(label, "button"), ("your name", "label")] {
            let hits = eyes().find_text(&pixels, text).await.unwrap();
            let (place, (x, y)) = (form.place(place), hits[0].centre());
            let inside = x > f64::from(place.x)
                && x < f64::from(place.x + place.w)
                && y > f64::from(place.y)
                && y < f64::from(place.y + place.h);
            assert!(
                inside && hits[0].similarity == 1.0,
                "{text}: {hits:?} in {place:?}"
            );
        }
    }
}
