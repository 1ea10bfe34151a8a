//! One Tesseract engine: a line of text in, its words out.

use interpreter_perception::regions::Grey;
use interpreter_perception::wire::Missing;
use tesseract_rs::TesseractAPI;

/// Data of other languages than English, joined by `+`, as Tesseract names them.
const LANGUAGES: &str = "INTERPRETER_OCR_LANGUAGES";

/// Where Tesseract's data lies on the systems and packages in use.
const FOLDERS: &[&str] = &[
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract-ocr/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "C:\\Program Files\\Tesseract-OCR\\tessdata",
];

pub struct Engine {
    api: TesseractAPI,
}

/// A word of a line, its box in pixels of the line's image.
#[derive(Clone)]
pub struct LineWord {
    pub text: String,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub confidence: f32,
}

impl Engine {
    pub fn new() -> Result<Self, Missing> {
        let languages = std::env::var(LANGUAGES).unwrap_or_else(|_| "eng".to_owned());
        let first = languages.split('+').next().unwrap_or("eng").to_owned();
        let beside = std::env::current_exe()
            .ok()
            .and_then(|own| Some(own.parent()?.join("tessdata").display().to_string()));
        let folders = std::env::var("TESSDATA_PREFIX")
            .ok()
            .into_iter()
            .chain(beside);
        let folder = folders
            .chain(FOLDERS.iter().map(|folder| (*folder).to_owned()))
            .find(|folder| {
                std::path::Path::new(folder)
                    .join(format!("{first}.traineddata"))
                    .is_file()
            })
            .ok_or_else(|| Missing {
                detail: format!("Tesseract's data for `{first}` is nowhere"),
                fix: format!(
                    "Install it (on Debian and Ubuntu: `sudo apt install tesseract-ocr-{first}`)"
                ),
            })?;
        let api = TesseractAPI::new();
        let ready = api.init(&folder, &languages).and_then(|()| {
            // One line at a time, dark on light: no layout analysis, no second
            // try upside down.
            api.set_variable("tessedit_pageseg_mode", "7")?;
            api.set_variable("tessedit_do_invert", "0")?;
            api.set_variable("debug_file", "/dev/null")
        });
        ready.map_err(|error| Missing {
            detail: format!("Tesseract does not start with the data in {folder} ({error})"),
            fix: format!("Install the data of `{languages}` afresh"),
        })?;
        Ok(Self { api })
    }

    /// Reads one line, black on white.
    pub fn read(&self, line: &Grey) -> Vec<LineWord> {
        let (width, height) = (line.width as i32, line.height as i32);
        let table = self
            .api
            .set_image(&line.data, width, height, 1, width)
            .and_then(|()| self.api.set_source_resolution(150))
            .and_then(|()| self.api.get_tsv_text(0));
        match table {
            Ok(table) => table.lines().filter_map(word).collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// A row of the table: level, page, block, paragraph, line, word, left, top,
/// width, height, confidence, text. Level 5 is a word.
fn word(row: &str) -> Option<LineWord> {
    let fields: Vec<&str> = row.splitn(12, '\t').collect();
    if fields.first() != Some(&"5") || fields.len() < 12 {
        return None;
    }
    let number = |at: usize| fields[at].parse::<f32>().ok();
    let text = fields[11].trim();
    (!text.is_empty()).then_some(())?;
    Some(LineWord {
        text: text.to_owned(),
        x: number(6)?,
        y: number(7)?,
        w: number(8)?,
        h: number(9)?,
        confidence: number(10)?,
    })
}
