//! Tables in columns that fit the terminal.

use super::{Line, Span, Style, width_of, wrap};

/// A table whose cells are styled text.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<Vec<Span>>,
    pub(crate) rows: Vec<Vec<Vec<Span>>>,
}

impl Table {
    /// The table in at most `columns`, as far as one column a cell allows.
    pub(crate) fn lines(&self, columns: usize) -> Vec<Line> {
        let count = self
            .rows
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(0)
            .max(self.head.len());
        if count == 0 {
            return Vec::new();
        }
        let mut widths = vec![1usize; count];
        for row in std::iter::once(&self.head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.iter().map(|span| width_of(&span.text)).sum());
            }
        }
        shrink(&mut widths, columns.saturating_sub(3 * (count - 1)));
        let mut lines = Vec::new();
        if !self.head.is_empty() {
            let head: Vec<Vec<Span>> = self
                .head
                .iter()
                .map(|cell| {
                    let bold = |span: &Span| {
                        Span::new(
                            span.text.clone(),
                            Style {
                                bold: true,
                                ..span.style
                            },
                        )
                    };
                    cell.iter().map(bold).collect()
                })
                .collect();
            lines.extend(row_lines(&head, &widths));
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            lines.push(vec![Span::new(rule.join("─┼─"), Style::DIM)]);
        }
        for row in &self.rows {
            lines.extend(row_lines(row, &widths));
        }
        lines
    }
}

/// Takes from the widest column until all fit.
fn shrink(widths: &mut [usize], room: usize) {
    let room = room.max(widths.len());
    let mut total: usize = widths.iter().sum();
    while total > room {
        let Some(widest) = widths.iter_mut().max() else {
            return;
        };
        let take = (total - room).min((*widest / 4).max(1));
        *widest -= take;
        total -= take;
    }
}

fn row_lines(row: &[Vec<Span>], widths: &[usize]) -> Vec<Line> {
    let empty = Vec::new();
    let cells: Vec<Vec<Line>> = widths
        .iter()
        .enumerate()
        .map(|(at, width)| wrap(row.get(at).unwrap_or(&empty), *width))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|at| {
            let mut line = Line::new();
            for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
                if index > 0 {
                    line.push(Span::new(" │ ", Style::DIM));
                }
                let part = cell.get(at).cloned().unwrap_or_default();
                let used: usize = part.iter().map(|span| width_of(&span.text)).sum();
                line.extend(part);
                if index + 1 < widths.len() {
                    line.push(Span::plain(" ".repeat(width.saturating_sub(used))));
                }
            }
            line
        })
        .collect()
}
