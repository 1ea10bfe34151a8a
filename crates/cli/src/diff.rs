//! What changed between two texts, line by line.

/// A line of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    /// In both.
    Same(&'a str),
    /// Only in the old text.
    Removed(&'a str),
    /// Only in the new text.
    Added(&'a str),
}

/// Above this many pairs of lines the middle is shown as replaced whole.
const WORK_LIMIT: usize = 4_000_000;

/// The shortest difference of two texts (longest common subsequence).
pub(crate) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Change<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut changes: Vec<Change<'a>> = old[..head].iter().map(|line| Change::Same(line)).collect();
    changes.extend(middle(a, b));
    changes.extend(
        old[old.len() - tail..]
            .iter()
            .map(|line| Change::Same(line)),
    );
    changes
}

fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Change<'a>> {
    if a.len().saturating_mul(b.len()) > WORK_LIMIT {
        let removed = a.iter().map(|line| Change::Removed(line));
        return removed
            .chain(b.iter().map(|line| Change::Added(line)))
            .collect();
    }
    // common[i][j]: longest common subsequence of a[i..] and b[j..].
    let mut common = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            changes.push(Change::Same(a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            changes.push(Change::Removed(a[i]));
            i += 1;
        } else {
            changes.push(Change::Added(b[j]));
            j += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(old: &str, new: &str) -> String {
        let line = |change| match change {
            Change::Same(line) => format!(" {line}"),
            Change::Removed(line) => format!("-{line}"),
            Change::Added(line) => format!("+{line}"),
        };
        lines(old, new)
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn differences() {
        let check = |old: &str, new: &str, expected: &str| assert_eq!(shown(old, new), expected);
        check("", "", "");
        check("a\nb", "a\nb", " a| b");
        check("a\nb\nc", "a\nx\nc", " a|-b|+x| c");
        check("a", "a\nb", " a|+b");
        check("a\nb", "b", "-a| b");
        check("a\nb\nc\nd", "b\nx\nd", "-a| b|-c|+x| d");
        check("", "a", "+a");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_off_the_difference(old in "[ab\n]{0,12}", new in "[ab\n]{0,12}") {
            let changes = lines(&old, &new);
            let side = |keep: fn(&Change) -> Option<String>| changes.iter().filter_map(keep).collect::<Vec<_>>();
            let olds = side(|change| match change {
                Change::Same(line) | Change::Removed(line) => Some((*line).to_owned()),
                Change::Added(_) => None,
            });
            let news = side(|change| match change {
                Change::Same(line) | Change::Added(line) => Some((*line).to_owned()),
                Change::Removed(_) => None,
            });
            prop_assert_eq!(olds, old.lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(news, new.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
