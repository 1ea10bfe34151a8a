use super::*;

#[test]
fn the_shipped_files_parse_and_name_only_known_providers() {
    let providers: Providers =
        serde_json::from_str(include_str!("../../../../models/catalogue/providers.json")).unwrap();
    let models: Models =
        serde_json::from_str(include_str!("../../../../models/catalogue/models.json")).unwrap();
    assert!(
        providers.providers.len() >= 40,
        "{}",
        providers.providers.len()
    );
    let mut names: Vec<&str> = Vec::new();
    for entry in &providers.providers {
        names.push(&entry.name);
        names.extend(entry.aliases.iter().map(String::as_str));
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands twice");
    for entry in &models.models {
        assert!(provider(&entry.provider).is_some(), "{}", entry.provider);
    }
}

#[test]
fn a_model_is_known_by_id_date_path_and_family() {
    let check = |provider: &str, id: &str, expected: (bool, bool, ComputerTool, Coordinates)| {
        let info = info(provider, id, false);
        assert_eq!(
            (info.vision, info.tools, info.computer, info.coordinates),
            expected,
            "{provider}/{id}"
        );
    };
    let pixels = Coordinates::Pixels;
    let grid = Coordinates::Scale(1000.0);
    let function = ComputerTool::Function;
    check(
        "anthropic",
        "claude-opus-5-5",
        (true, true, ComputerTool::AnthropicToolset, pixels),
    );
    check(
        "anthropic",
        "claude-sonnet-4-5-20250929",
        (true, true, ComputerTool::Anthropic20250124, pixels),
    );
    check(
        "anthropic",
        "claude-opus-4-7",
        (true, true, ComputerTool::Anthropic20251124, pixels),
    );
    check(
        "anthropic",
        "claude-nova-9",
        (true, true, ComputerTool::AnthropicToolset, pixels),
    );
    check(
        "openrouter",
        "anthropic/claude-opus-5.5",
        (true, true, function, pixels),
    );
    check(
        "openai",
        "gpt-4o-2024-11-20",
        (true, true, function, pixels),
    );
    check(
        "ollama",
        "qwen3-vl:8b",
        (true, true, ComputerTool::Qwen, grid),
    );
    check(
        "openai",
        "gpt-6.1-terra",
        (true, true, ComputerTool::Openai, pixels),
    );
    check(
        "openrouter",
        "openai/gpt-6.1-terra",
        (true, true, function, pixels),
    );
    let cells = Coordinates::Cells(1000);
    check(
        "gemini",
        "gemini-3.8-flash",
        (true, true, ComputerTool::Gemini, cells),
    );
    check(
        "gemini",
        "gemini-3-flash-preview",
        (true, true, ComputerTool::GeminiBrowser, cells),
    );
    check("gemini", "gemini-2.5-flash", (true, true, function, cells));
    check(
        "ollama",
        "0000/ui-tars-7b",
        (true, false, ComputerTool::UiTars, grid),
    );
    check(
        "zai",
        "glm-4.5v",
        (true, true, ComputerTool::Glm, Coordinates::Scale(999.0)),
    );
    check("ollama", "gpt-oss:20b", (false, true, function, pixels));
    check(
        "lm_studio",
        "ui-tars-1.5-7b",
        (
            true,
            false,
            ComputerTool::UiTars,
            Coordinates::Resized {
                factor: 28,
                min: 78_400,
                max: 12_845_056,
            },
        ),
    );
    check(
        "deepseek",
        "deepseek-v4-pro",
        (false, true, function, pixels),
    );
    check("custom", "something-new", (false, true, function, pixels));
}

#[test]
fn prices_are_those_of_the_own_provider() {
    assert!(info("anthropic", "claude-opus-5-5", false).price.is_some());
    assert!(
        info("openrouter", "anthropic/claude-opus-5.5", false)
            .price
            .is_none()
    );
    assert_eq!(
        info("ollama", "qwen3-vl:8b", true).cost(&Default::default()),
        Some(0.0)
    );
}

#[test]
fn computer_tools_are_tried_along_the_table() {
    let tools = computer_tools(&info("anthropic", "claude-opus-4-7", false));
    assert_eq!(
        tools,
        [
            ComputerTool::Anthropic20251124,
            ComputerTool::AnthropicToolset,
            ComputerTool::Anthropic20250124,
            ComputerTool::Anthropic20241022,
            ComputerTool::Function,
        ]
    );
}

#[test]
fn a_slip_of_the_pen_is_recognised() {
    assert_eq!(near("claude-opus-5.5")[0], "anthropic/claude-opus-5-5");
    assert_eq!(near("zzzzzzzzzzzz"), Vec::<String>::new());
}

#[test]
fn every_provider_can_be_shown_to_a_person() {
    let mut prefixes = Vec::new();
    for entry in providers() {
        let name = &entry.name;
        for page in [&entry.key_page, &entry.billing_page].into_iter().flatten() {
            assert!(page.starts_with("https://"), "{name}: {page}");
        }
        let hosted = !entry.key_optional && entry.unsupported.is_none();
        assert_eq!(entry.key_page.is_some(), hosted, "{name}");
        let lengths: Vec<usize> = entry.key_prefixes.iter().map(String::len).collect();
        assert!(lengths.is_sorted_by(|a, b| a >= b), "{name}: longest first");
        prefixes.extend(entry.key_prefixes.iter());
        if let Some(default) = &entry.default {
            assert!(!default.is_empty(), "{name}");
        }
    }
    let count = prefixes.len();
    prefixes.sort_unstable();
    prefixes.dedup();
    assert_eq!(prefixes.len(), count, "a prefix means two providers");
}

#[test]
fn local_servers_are_looked_for_where_their_address_says() {
    for entry in providers() {
        let Some(probe) = &entry.probe else { continue };
        let name = &entry.name;
        assert!(entry.local, "{name}");
        assert!(!probe.signs.is_empty(), "{name}");
        let begins = format!("http://127.0.0.1:{}/", probe.ports[0]);
        assert!(entry.base.starts_with(&begins), "{name}: {}", entry.base);
        let path = &entry.base[begins.len() - 1..];
        assert_eq!(probe.models, format!("{path}/models"), "{name}");
    }
}

#[test]
fn a_model_that_runs_elsewhere_is_not_called_local() {
    let check = |id: &str, expected: bool| {
        let info = info("ollama", id, true);
        assert_eq!(
            (info.local, info.price.is_some()),
            (expected, expected),
            "{id}"
        );
    };
    check("qwen3-vl:8b", true);
    check("gpt-oss:120b-cloud", false);
    check("kimi-k3:cloud", false);
}
