//! `display`: what is on the screen.

use std::path::Path;

use base64::Engine as _;
use interpreter_perception::Pixels;
use serde_json::{Value, json};

use super::{Context, Run, method};
use crate::computer::blocking;
use crate::displays::Capture;
use crate::platform::Display;
use crate::{Computer, ComputerError, Look, find, image};

method! {
    /// Shows the screen: the primary display unless said otherwise.
    View = "display.view", acts: false, "the image (base64 PNG, width, height) and its frame, a list of them for several; for the mouse a pixel of the image lies at frame.origin + pixel * frame.native / frame.sent, in a combined image less its offset";
    /// Show it to the model.
    show: bool = true, "bool", "True";
    /// 1 top left, 2 top right, 3 bottom left, 4 bottom right of the primary display.
    quadrant: Option<i64> = None, "int", "None";
    /// 0 the primary display, 1 and up the others, -1 all of them.
    screen: i64 = 0, "int", "0";
    /// All displays side by side in one image, instead of a list.
    combine_screens: bool = true, "bool", "True";
    /// Only the window in front.
    active_app_only: bool = false, "bool", "False";
}

method! {
    /// Takes a screenshot: the primary display unless said otherwise.
    Screenshot = "display.screenshot", acts: false, "the image (base64 PNG, width, height) and its frame, a list of them for several; for the mouse a pixel of the image lies at frame.origin + pixel * frame.native / frame.sent, in a combined image less its offset";
    /// 0 the primary display, 1 and up the others, -1 all of them.
    screen: i64 = 0, "int", "0";
    /// Show it to the model.
    show: bool = true, "bool", "True";
    /// 1 top left, 2 top right, 3 bottom left, 4 bottom right of the primary display.
    quadrant: Option<i64> = None, "int", "None";
    /// Only the window in front.
    active_app_only: bool = false, "bool", "False";
    /// All displays side by side in one image, instead of a list.
    combine_screens: bool = true, "bool", "True";
}

method! {
    /// The size of the primary display in pixels.
    Size = "display.size", acts: false, "[width, height]";
}

method! {
    /// The middle of the primary display, as coordinates for the mouse.
    Center = "display.center", acts: false, "[x, y]";
}

method! {
    /// The width of the primary display in pixels.
    Width = "display.width", acts: false, "an int";
}

method! {
    /// The height of the primary display in pixels.
    Height = "display.height", acts: false, "an int";
}

method! {
    /// All displays, the primary one first.
    Info = "display.info", acts: false, "a list of {name, x, y, width, height, scale, primary}";
}

method! {
    /// Finds something on the screen: a text in double quotes, as in '"Save"'.
    Find = "display.find", acts: false, "a list of hits, as display.find_text gives them";
    /// What to look for; a text in double quotes.
    description: Option<String> = None, "str", "";
    /// The path of a PNG file of the primary display, instead of looking now.
    screenshot: Option<String> = None, "str", "None";
}

method! {
    /// Finds a text on the screen, letter case aside.
    FindText = "display.find_text", acts: false, "a list of {coordinates: [0..1, 0..1], text, similarity, x, y, box: [x, y, width, height]}; x, y and box are pixels for the mouse";
    /// The text as it stands on the screen.
    text: Option<String> = None, "str", "";
    /// The path of a PNG file of the primary display, instead of looking now.
    screenshot: Option<String> = None, "str", "None";
}

method! {
    /// Reads all text on the screen.
    ReadText = "display.get_text_as_list_of_lists", acts: false, "a list of lines, each a list of words";
    /// The path of a PNG file, instead of looking now.
    screenshot: Option<String> = None, "str", "None";
}

/// A picture to look for things in, and where it lies on the desktop.
pub(super) struct Scene {
    pub(super) pixels: Pixels,
    display: Display,
}

/// One place where a text stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    pub(super) text: String,
    /// The centre, in global physical pixels.
    pub(super) at: (i32, i32),
    relative: (f64, f64),
    area: [i32; 4],
    similarity: f32,
}

impl Hit {
    fn json(&self) -> Value {
        json!({
            "coordinates": [self.relative.0, self.relative.1],
            "text": self.text,
            "similarity": self.similarity,
            "x": self.at.0,
            "y": self.at.1,
            "box": self.area,
        })
    }
}

impl Scene {
    /// The primary display, or a file that shows it.
    pub(super) async fn open(
        computer: &Computer,
        file: Option<&str>,
    ) -> Result<Self, ComputerError> {
        let computer = computer.clone();
        let file = file.map(str::to_owned);
        blocking(move || match file {
            Some(path) => {
                let pixels = image::read_png(Path::new(&path))?;
                let display = first(&computer)?;
                Ok(Self { pixels, display })
            }
            None => {
                let Capture {
                    pixels, display, ..
                } = computer.capture(&Look::Primary)?;
                Ok(Self { pixels, display })
            }
        })
        .await
    }

    pub(super) async fn hits(
        &self,
        computer: &Computer,
        text: &str,
    ) -> Result<Vec<Hit>, ComputerError> {
        let found = find::text(computer, &self.pixels, text).await?;
        let across = f64::from(self.display.size.0) / f64::from(self.pixels.width.max(1));
        let down = f64::from(self.display.size.1) / f64::from(self.pixels.height.max(1));
        let place = |origin: i32, at: f64, scale: f64| origin + (at * scale).floor() as i32;
        Ok(found
            .into_iter()
            .map(|hit| {
                let (x, y) = hit.centre();
                Hit {
                    at: (
                        place(self.display.origin.0, x, across),
                        place(self.display.origin.1, y, down),
                    ),
                    relative: (
                        x / f64::from(self.pixels.width.max(1)),
                        y / f64::from(self.pixels.height.max(1)),
                    ),
                    area: [
                        place(self.display.origin.0, f64::from(hit.x), across),
                        place(self.display.origin.1, f64::from(hit.y), down),
                        (f64::from(hit.w) * across).round() as i32,
                        (f64::from(hit.h) * down).round() as i32,
                    ],
                    similarity: hit.similarity,
                    text: hit.text,
                }
            })
            .collect())
    }
}

fn first(computer: &Computer) -> Result<Display, ComputerError> {
    computer
        .displays()?
        .into_iter()
        .next()
        .ok_or_else(|| ComputerError::failed("No display."))
}

/// What icon finding answers until there is one.
pub(super) fn no_icons(wanted: &str) -> ComputerError {
    ComputerError::NotInstalled {
        message: format!("Finding icons is not installed yet, so {wanted:?} cannot be looked for."),
        fix: "Use text that stands on the screen (text=\"…\"), or x and y.".into(),
    }
}

/// One image as the result carries it.
fn picture(pixels: &Pixels) -> Result<Value, ComputerError> {
    let png = image::png(pixels)?;
    Ok(json!({
        "base64": base64::engine::general_purpose::STANDARD.encode(png),
        "media_type": "image/png",
        "width": pixels.width,
        "height": pixels.height,
    }))
}

/// A quarter of a picture.
fn quarter(capture: &mut Capture, number: i64) -> Result<(), ComputerError> {
    let (right, below) = match number {
        1 => (false, false),
        2 => (true, false),
        3 => (false, true),
        4 => (true, true),
        _ => {
            return Err(ComputerError::bad(
                "Invalid quadrant. Choose between 1 and 4.",
                "1 is top left, 2 top right, 3 bottom left, 4 bottom right.",
            ));
        }
    };
    let half = (capture.area.w / 2, capture.area.h / 2);
    let x = if right { half.0 } else { 0 };
    let y = if below { half.1 } else { 0 };
    let w = if right {
        capture.area.w - half.0
    } else {
        half.0
    }
    .max(1);
    let h = if below {
        capture.area.h - half.1
    } else {
        half.1
    }
    .max(1);
    capture.pixels = crop(&capture.pixels, x, y, w, h);
    capture.area.x += x as i32;
    capture.area.y += y as i32;
    (capture.area.w, capture.area.h) = (w, h);
    Ok(())
}

fn crop(pixels: &Pixels, x: u32, y: u32, w: u32, h: u32) -> Pixels {
    let rgb = (y..y + h)
        .flat_map(|row| {
            let start = (row as usize * pixels.width as usize + x as usize) * 3;
            pixels
                .rgb
                .get(start..start + w as usize * 3)
                .unwrap_or_default()
        })
        .copied()
        .collect();
    Pixels {
        width: w,
        height: h,
        rgb,
    }
}

/// Side by side from left to right, on black.
fn side_by_side(captures: &[Capture]) -> Pixels {
    let height = captures
        .iter()
        .map(|capture| capture.pixels.height)
        .max()
        .unwrap_or(1);
    let width = captures
        .iter()
        .map(|capture| capture.pixels.width)
        .sum::<u32>()
        .max(1);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for row in 0..height as usize {
        for capture in captures {
            let stride = capture.pixels.width as usize * 3;
            match capture.pixels.rgb.get(row * stride..(row + 1) * stride) {
                Some(line) => rgb.extend_from_slice(line),
                None => rgb.resize(rgb.len() + stride, 0),
            }
        }
    }
    Pixels { width, height, rgb }
}

impl Screenshot {
    fn take(&self, computer: &Computer) -> Result<Value, ComputerError> {
        let one = |capture: &Capture| {
            let frame = capture.frame((capture.area.w, capture.area.h));
            Ok(json!({"image": picture(&capture.pixels)?, "frame": frame}))
        };
        let mut result = if let Some(number) = self.quadrant {
            let mut capture = computer.capture(&Look::Primary)?;
            quarter(&mut capture, number)?;
            one(&capture)?
        } else if self.active_app_only {
            let capture = computer.capture(&Look::ActiveWindow)?;
            let mut view = one(&capture)?;
            if capture.area != capture.display.rect() {
                view["note"] = json!(
                    "This is only the window in front. For the whole screen leave active_app_only out."
                );
            }
            view
        } else if self.screen == -1 {
            let mut captures = Vec::new();
            for display in computer.displays()? {
                captures.push(computer.capture(&Look::Display(display.id))?);
            }
            captures.sort_by_key(|capture| (capture.area.x, capture.area.y));
            let frames: Vec<_> = captures
                .iter()
                .map(|c| c.frame((c.area.w, c.area.h)))
                .collect();
            if self.combine_screens {
                // Where each of them begins in the image.
                let offsets: Vec<(u32, u32)> = captures
                    .iter()
                    .scan(0, |across, capture| {
                        let at = *across;
                        *across += capture.pixels.width;
                        Some((at, 0))
                    })
                    .collect();
                json!({
                    "image": picture(&side_by_side(&captures))?,
                    "frames": frames,
                    "offsets": offsets,
                })
            } else {
                let images: Result<Vec<Value>, ComputerError> = captures.iter().map(one).collect();
                json!({"images": images?})
            }
        } else {
            let displays = computer.displays()?;
            let display = usize::try_from(self.screen)
                .ok()
                .and_then(|index| displays.get(index));
            let Some(display) = display else {
                return Err(ComputerError::bad(
                    format!("There is no screen {}.", self.screen),
                    format!(
                        "Screens are numbered 0 to {}; -1 is all.",
                        displays.len() - 1
                    ),
                ));
            };
            one(&computer.capture(&Look::Display(display.id.clone()))?)?
        };
        if let Some(map) = result.as_object_mut() {
            map.insert("show".to_owned(), self.show.into());
        }
        Ok(result)
    }
}

impl Run for Screenshot {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let computer = context.computer.clone();
        blocking(move || self.take(&computer)).await
    }
}

impl Run for View {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let Self {
            show,
            quadrant,
            screen,
            combine_screens,
            active_app_only,
        } = self;
        Screenshot {
            screen,
            show,
            quadrant,
            active_app_only,
            combine_screens,
        }
        .run(context)
        .await
    }
}

/// Asks the primary display for something.
async fn ask(
    context: &Context,
    tell: impl FnOnce(Display) -> Value + Send + 'static,
) -> Result<Value, ComputerError> {
    let computer = context.computer.clone();
    blocking(move || Ok(tell(first(&computer)?))).await
}

impl Run for Size {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        ask(context, |display| json!([display.size.0, display.size.1])).await
    }
}

impl Run for Center {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        ask(context, |display| {
            let middle = |from: i32, size: u32| i64::from(from) + i64::from(size / 2);
            json!([
                middle(display.origin.0, display.size.0),
                middle(display.origin.1, display.size.1)
            ])
        })
        .await
    }
}

impl Run for Width {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        ask(context, |display| display.size.0.into()).await
    }
}

impl Run for Height {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        ask(context, |display| display.size.1.into()).await
    }
}

impl Run for Info {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let computer = context.computer.clone();
        blocking(move || {
            let list = computer.displays()?.into_iter().map(|display| {
                json!({
                    "name": display.id,
                    "x": display.origin.0,
                    "y": display.origin.1,
                    "width": display.size.0,
                    "height": display.size.1,
                    "scale": display.scale,
                    "primary": display.primary,
                })
            });
            Ok(list.collect())
        })
        .await
    }
}

impl Run for Find {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let wanted = self.description.unwrap_or_default();
        let inner = wanted
            .trim()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        match inner {
            Some(text) => {
                FindText {
                    text: Some(text.to_owned()),
                    screenshot: self.screenshot,
                }
                .run(context)
                .await
            }
            None if wanted.trim().is_empty() => Err(ComputerError::bad(
                "display.find needs something to look for.",
                "Give a text in double quotes: display.find('\"Save\"').",
            )),
            None => Err(no_icons(&wanted)),
        }
    }
}

impl Run for FindText {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let scene = Scene::open(&context.computer, self.screenshot.as_deref()).await?;
        let hits = scene
            .hits(&context.computer, &self.text.unwrap_or_default())
            .await?;
        Ok(hits.iter().map(Hit::json).collect())
    }
}

impl Run for ReadText {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let scene = Scene::open(&context.computer, self.screenshot.as_deref()).await?;
        let words = context.computer.eyes().read_text(&scene.pixels).await?;
        let mut lines: Vec<(u32, Vec<String>)> = Vec::new();
        for word in words {
            match lines.last_mut() {
                Some((line, list)) if *line == word.line => list.push(word.text),
                _ => lines.push((word.line, vec![word.text])),
            }
        }
        Ok(lines.into_iter().map(|(_, words)| json!(words)).collect())
    }
}
