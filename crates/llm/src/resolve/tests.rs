use std::collections::HashMap;

use super::*;

#[derive(Default)]
struct Known {
    secrets: HashMap<&'static str, &'static str>,
    env: HashMap<&'static str, &'static str>,
    last: Option<&'static str>,
}

impl Lookup for Known {
    fn secret(&self, name: &str) -> Option<String> {
        self.secrets.get(name).map(|text| (*text).to_owned())
    }
    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).map(|text| (*text).to_owned())
    }
    fn last_model(&self) -> Option<String> {
        self.last.map(str::to_owned)
    }
}

fn keys() -> Known {
    Known {
        secrets: [
            ("OPENAI_API_KEY", "sk-o"),
            ("ANTHROPIC_API_KEY", "sk-a"),
            ("GROQ_API_KEY", "sk-g"),
            ("AZURE_OPENAI_API_KEY", "sk-z"),
        ]
        .into(),
        ..Known::default()
    }
}

fn wish(model: &str, base: &str) -> Wish {
    Wish {
        model: (!model.is_empty()).then(|| model.to_owned()),
        api_base: (!base.is_empty()).then(|| base.to_owned()),
        ..Wish::default()
    }
}

#[test]
fn a_computer_tool_goes_with_the_format_that_carries_it() {
    let check = |model: &str,
                 base: &str,
                 supports_functions,
                 expected: (Format, Auth, &str, ComputerTool)| {
        let keys = Known {
            secrets: [("OPENAI_API_KEY", "sk-o"), ("GEMINI_API_KEY", "AIza")].into(),
            ..Known::default()
        };
        let wish = Wish {
            supports_functions,
            ..wish(model, base)
        };
        let model = resolve(&wish, &keys).unwrap();
        let (endpoint, info) = (&model.endpoint, &model.info);
        let url = endpoint.url(&info.id);
        assert_eq!(
            (endpoint.format, endpoint.auth, url.as_str(), info.computer),
            expected
        );
    };
    let google = "https://generativelanguage.googleapis.com/v1beta";
    let native = format!("{google}/models/gemini-3.8-flash:streamGenerateContent?alt=sse");
    let compat = format!("{google}/openai/chat/completions");
    check(
        "gemini/gemini-3.8-flash",
        "",
        None,
        (
            Format::Gemini,
            Auth::XGoogApiKey,
            &native,
            ComputerTool::Gemini,
        ),
    );
    check(
        "gemini/gemini-2.5-flash",
        "",
        None,
        (
            Format::OpenaiChat,
            Auth::Bearer,
            &compat,
            ComputerTool::Function,
        ),
    );
    let gate = "https://gate.example/v1/chat/completions";
    check(
        "gemini/gemini-3.8-flash",
        "https://gate.example/v1",
        None,
        (
            Format::OpenaiChat,
            Auth::Bearer,
            gate,
            ComputerTool::Function,
        ),
    );
    check(
        "gpt-6.1-sol",
        "https://gate.example/v1",
        None,
        (
            Format::OpenaiChat,
            Auth::Bearer,
            gate,
            ComputerTool::Function,
        ),
    );
    let chat = "https://api.openai.com/v1/chat/completions";
    check(
        "gpt-6.1-sol",
        "",
        Some(false),
        (Format::OpenaiChat, Auth::Bearer, chat, ComputerTool::None),
    );
    check(
        "gpt-4o",
        "",
        None,
        (
            Format::OpenaiChat,
            Auth::Bearer,
            chat,
            ComputerTool::Function,
        ),
    );
}

#[test]
fn names_lead_to_servers() {
    let check = |model: &str, base: &str, name: &str, url: &str, key: Option<&str>| {
        let model = resolve(&wish(model, base), &keys()).unwrap();
        assert_eq!(model.info.name, name);
        assert_eq!(model.endpoint.url(&model.info.id), url);
        assert_eq!(model.endpoint.key.as_ref().map(Key::expose), key);
    };
    let openai = "https://api.openai.com/v1/chat/completions";
    let anthropic = "https://api.anthropic.com/v1/messages";
    let ollama = "http://127.0.0.1:11434/v1/chat/completions";
    let responses = "https://api.openai.com/v1/responses";
    for base in ["", "https://api.openai.com/v1"] {
        check(
            "gpt-6.1-terra",
            base,
            "openai/gpt-6.1-terra",
            responses,
            Some("sk-o"),
        );
    }
    check(
        "openai/gpt-6.1-terra",
        "https://gate.example/v1",
        "openai/gpt-6.1-terra",
        "https://gate.example/v1/chat/completions",
        Some("sk-o"),
    );
    check(
        "openai/gpt-6.1-terra",
        "https://gate.example/v1/responses",
        "openai/gpt-6.1-terra",
        "https://gate.example/v1/responses",
        Some("sk-o"),
    );
    check("openai/gpt-4o", "", "openai/gpt-4o", openai, Some("sk-o"));
    check(
        "claude-opus-5-5",
        "",
        "anthropic/claude-opus-5-5",
        anthropic,
        Some("sk-a"),
    );
    check(
        "groq/openai/gpt-oss-120b",
        "",
        "groq/openai/gpt-oss-120b",
        "https://api.groq.com/openai/v1/chat/completions",
        Some("sk-g"),
    );
    check("ollama/qwen3-vl:8b", "", "ollama/qwen3-vl:8b", ollama, None);
    check("qwen3-vl:8b", "", "ollama/qwen3-vl:8b", ollama, None);
    for base in [
        "http://box:11434",
        "http://box:11434/v1",
        "http://box:11434/v1/",
        "box",
    ] {
        check(
            "ollama/llama3",
            base,
            "ollama/llama3",
            "http://box:11434/v1/chat/completions",
            None,
        );
    }
    check("ollama/llama3", "0.0.0.0", "ollama/llama3", ollama, None);
    check(
        "anything",
        "http://127.0.0.1:9/v1",
        "custom/anything",
        "http://127.0.0.1:9/v1/chat/completions",
        None,
    );
    check(
        "custom/anything",
        "localhost:9",
        "custom/anything",
        "http://localhost:9/v1/chat/completions",
        None,
    );
    check(
        "openai/x",
        "https://gate.example/llm/v1",
        "openai/x",
        "https://gate.example/llm/v1/chat/completions",
        Some("sk-o"),
    );
    check(
        "claude-opus-5-5",
        "https://gate.example/v1",
        "custom/claude-opus-5-5",
        "https://gate.example/v1/chat/completions",
        None,
    );
    check(
        "anthropic/claude-opus-5-5",
        "http://127.0.0.1:9",
        "anthropic/claude-opus-5-5",
        "http://127.0.0.1:9/v1/messages",
        Some("sk-a"),
    );
    check(
        "azure/dep",
        "https://r.openai.azure.com",
        "azure/dep",
        "https://r.openai.azure.com/openai/v1/chat/completions",
        Some("sk-z"),
    );
    check(
        "jan/some-model",
        "",
        "jan/some-model",
        "http://127.0.0.1:1337/v1/chat/completions",
        None,
    );
    check(
        "builtin/commands",
        "",
        "builtin/commands",
        "/chat/completions",
        None,
    );
}

#[test]
fn azure_with_a_version_takes_the_older_address() {
    let wish = Wish {
        api_version: Some("2025-01-01".to_owned()),
        ..wish("azure/dep", "https://r.openai.azure.com/")
    };
    let model = resolve(&wish, &keys()).unwrap();
    assert_eq!(
        model.endpoint.url(&model.info.id),
        "https://r.openai.azure.com/openai/deployments/dep/chat/completions?api-version=2025-01-01"
    );
    assert_eq!(
        model.endpoint.auth_header(),
        Some(("api-key", "sk-z".to_owned()))
    );
}

#[test]
fn nothing_named_takes_the_last_then_a_key_then_commands() {
    let check = |known: &Known, expected: &str| {
        assert_eq!(
            resolve(&Wish::default(), known).unwrap().info.name,
            expected
        );
    };
    check(&Known::default(), "builtin/commands");
    check(&keys(), "openai/gpt-6.1-terra");
    check(
        &Known {
            last: Some("groq/openai/gpt-oss-120b"),
            ..keys()
        },
        "groq/openai/gpt-oss-120b",
    );
    check(
        &Known {
            last: Some("xai/grok-4.7"),
            ..keys()
        },
        "openai/gpt-6.1-terra",
    );
    let only = Known {
        secrets: [("ANTHROPIC_API_KEY", "k")].into(),
        ..Known::default()
    };
    check(&only, "anthropic/claude-sonnet-5-5");
}

#[test]
fn what_cannot_be_resolved_says_what_to_do() {
    let check = |model: &str, base: &str, known: &Known, code: ErrorCode, words: &str| {
        let error = Error::from(resolve(&wish(model, base), known).unwrap_err());
        assert_eq!(error.code, code, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    let none = Known::default();
    check("gpt-4o", "", &none, ErrorCode::NoKey, "OPENAI_API_KEY");
    check(
        "claude-opus-5-5",
        "",
        &none,
        ErrorCode::NoKey,
        "ANTHROPIC_API_KEY",
    );
    check(
        "no-such-thing",
        "",
        &none,
        ErrorCode::UnknownModel,
        "ollama/no-such-thing",
    );
    check(
        "azure/x",
        "",
        &keys(),
        ErrorCode::BadSetting,
        "AZURE_OPENAI_ENDPOINT",
    );
    check(
        "bedrock/x",
        "",
        &keys(),
        ErrorCode::UnknownModel,
        "openrouter",
    );
    check(
        "gpt-4o",
        "ftp://x",
        &keys(),
        ErrorCode::BadSetting,
        "http://HOST",
    );
    check(
        "",
        "http://127.0.0.1:9",
        &keys(),
        ErrorCode::NoNetwork,
        "--model",
    );
}

#[test]
fn what_the_person_set_decides() {
    let wish = Wish {
        context_window: Some(8000),
        max_tokens: Some(1200),
        supports_vision: Some(false),
        supports_functions: Some(false),
        ..wish("gpt-4o", "")
    };
    let info = resolve(&wish, &keys()).unwrap().info;
    assert_eq!(
        (
            info.context,
            info.max_output,
            info.vision,
            info.tools,
            info.computer
        ),
        (Some(8000), Some(1200), false, false, ComputerTool::None)
    );
}

#[test]
fn a_key_is_never_shown() {
    let model = resolve(&wish("gpt-4o", ""), &keys()).unwrap();
    assert!(!format!("{model:?}").contains("sk-o"));
}
