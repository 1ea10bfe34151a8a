//! Programs that tell of their windows.

use zbus::zvariant::OwnedObjectPath;

/// The accessibility bus, which is this one too.
pub struct Access(pub String);

#[zbus::interface(name = "org.a11y.Bus")]
impl Access {
    fn get_address(&self) -> String {
        self.0.clone()
    }
}

/// The list of programs, a program, or its window.
pub struct Accessible {
    name: String,
    children: Vec<String>,
    states: Vec<u32>,
}

#[zbus::interface(name = "org.a11y.atspi.Accessible")]
impl Accessible {
    fn get_children(
        &self,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> Vec<(String, OwnedObjectPath)> {
        let us = conn.unique_name().unwrap().to_string();
        let path = |path: &String| OwnedObjectPath::try_from(path.clone()).unwrap();
        self.children
            .iter()
            .map(|child| (us.clone(), path(child)))
            .collect()
    }

    fn get_state(&self) -> Vec<u32> {
        self.states.clone()
    }

    #[zbus(property, name = "Name")]
    fn name(&self) -> String {
        self.name.clone()
    }
}

const ROOT: &str = "/org/a11y/atspi/accessible/root";
/// As AT-SPI counts them.
const ACTIVE: u32 = 1 << 1;
const SHOWING: u32 = 1 << 25;

/// Every accessible of a desk, by its path.
pub fn accessibles(programs: &[&str]) -> Vec<(String, Accessible)> {
    let path = |at: usize| format!("/program/{at}");
    let mut all = vec![(
        ROOT.to_owned(),
        Accessible {
            name: "main".to_owned(),
            children: (0..programs.len()).map(path).collect(),
            states: vec![0, 0],
        },
    )];
    for (at, program) in programs.iter().enumerate() {
        let window = format!("{}/window", path(at));
        let active = if at == 0 { ACTIVE } else { 0 };
        all.push((
            path(at),
            Accessible {
                name: (*program).to_owned(),
                children: vec![window.clone()],
                states: vec![0, 0],
            },
        ));
        all.push((
            window,
            Accessible {
                name: format!("{program}'s window"),
                children: Vec::new(),
                states: vec![active | SHOWING, 0],
            },
        ));
    }
    all
}
