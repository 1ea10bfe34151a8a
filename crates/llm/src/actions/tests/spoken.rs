//! Actions as text.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{done, is_invalid};
use crate::actions::*;

#[test]
fn qwens_calls_as_text() {
    let click = done(json!([{"action": "left_click", "coordinate": [500, 62]}]));
    let check = |text: &str, expected: &Asked| {
        assert_eq!(ComputerTool::Qwen.read_text(text), *expected, "{text}");
    };
    check(
        "I see.\n<tool_call>\n{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", \"coordinate\": [500, 62]}}\n</tool_call>",
        &click,
    );
    check(
        "<tool_call>\n{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", \"coordinate\": [500, 62]}}",
        &click,
    );
    check(
        "<tool_call>{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", \"coordinate\": [500, 62]}</tool_call>",
        &click,
    );
    check(
        "<tool_call>\n<function=computer_use>\n<parameter=action>\nleft_click\n</parameter>\n<parameter=coordinate>\n[500, 62]\n</parameter>\n</function>\n</tool_call>",
        &click,
    );
    check(
        "<function=computer_use><parameter=action>left_click</parameter><parameter=coordinate>[500, 62]",
        &click,
    );
    check("Nothing to do.", &Asked::default());
    let two = "<tool_call>{\"name\":\"computer_use\",\"arguments\":{\"action\":\"type\",\"text\":\"1\"}}</tool_call>\n<tool_call>{\"name\":\"computer_use\",\"arguments\":\"{\\\"action\\\":\\\"key\\\",\\\"keys\\\":[\\\"enter\\\"]}\"}</tool_call>";
    check(
        two,
        &done(json!([{"action": "type", "text": "1"}, {"action": "key", "text": "enter"}])),
    );
    let typed = "<tool_call><function=computer_use><parameter=action>type</parameter><parameter=text>12</parameter></function></tool_call>";
    check(typed, &done(json!([{"action": "type", "text": "12"}])));
    assert!(is_invalid(&ComputerTool::Qwen.read_text(
        "<tool_call>{\"name\": \"x\", \"arguments\": {}}</tool_call>"
    )));
}

#[test]
fn ui_tars_in_every_spelling() {
    let check = |text: &str, expected: Value| {
        assert_eq!(
            ComputerTool::UiTars.read_text(text),
            done(expected),
            "{text}"
        );
    };
    let click = json!([{"action": "left_click", "coordinate": [1003, 52]}]);
    check(
        "Thought: The Save button.\nAction: click(start_box='<|box_start|>(1003,52)<|box_end|>')",
        click.clone(),
    );
    check("Action: click(start_box='(1003,52)')", click.clone());
    check("Action：click(start_box=(1003, 52))", click.clone());
    check(
        "Action: click(start_box='[1000, 50, 1006, 54]')",
        click.clone(),
    );
    check(
        "Action: click(point='<point>1003 52</point>')",
        click.clone(),
    );
    check(
        "Action: left_single(start_box=\"<bbox>1000 50 1006 54</bbox>\")",
        click.clone(),
    );
    check(
        "Thought: I wrote Action: before.\nAction: click(start_box='(1003,52)')",
        click.clone(),
    );
    check("I click it: click(start_box='(1003,52)')", click.clone());
    check(
        "<think>click(start_box='(1,1)')</think>\n<computer_env>Action: click(point='<point>1003 52</point>')</computer_env>",
        click.clone(),
    );
    check(
        "<think_never_used_5>no</think_never_used_5><seed:tool_call><function=click><parameter=point><point>1003 52</point></parameter></function></seed:tool_call>",
        click,
    );
    check(
        "Action: left_double(start_box='(1,2)')",
        json!([{"action": "double_click", "coordinate": [1, 2]}]),
    );
    check(
        "Action: right_single(start_box='(1,2)')",
        json!([{"action": "right_click", "coordinate": [1, 2]}]),
    );
    check(
        "Action: hover(start_box='(1,2)')",
        json!([{"action": "mouse_move", "coordinate": [1, 2]}]),
    );
    let drag = json!([{"action": "left_click_drag", "start_coordinate": [120, 640], "coordinate": [880, 300]}]);
    check(
        "Thought: Drag.\nAction: drag(start_point='<point>120 640</point>', end_point='<point>880 300</point>')",
        drag.clone(),
    );
    check(
        "Action: select(start_box='(120,640)', end_box='(880,300)')",
        drag,
    );
    check(
        "Action: hotkey(key='ctrl shift t')",
        json!([{"action": "key", "text": "ctrl+shift+t"}]),
    );
    check(
        "Action: hotkey(key='page down')",
        json!([{"action": "key", "text": "pagedown"}]),
    );
    check(
        "Action: hotkey(key='arrowup')",
        json!([{"action": "key", "text": "arrowup"}]),
    );
    check(
        "Action: press(key='shift')",
        json!([{"action": "key_down", "text": "shift"}]),
    );
    check(
        "Action: release(key='shift')",
        json!([{"action": "key_up", "text": "shift"}]),
    );
    check(
        "Action: type(content='It\\'s ready\\n')",
        json!([{"action": "type", "text": "It's ready\n"}]),
    );
    check(
        "Action: type(content='It's \"ready\" ('no')\\n')",
        json!([{"action": "type", "text": "It's \"ready\" ('no')\n"}]),
    );
    check(
        "Action: type(content='C:\\\\new, \\d')",
        json!([{"action": "type", "text": "C:\\new, \\d"}]),
    );
    check(
        "Action: type(content='a\n\nb click()')",
        json!([{"action": "type", "text": "a\n\nb click()"}]),
    );
    check(
        "Action: scroll(start_box='(5,6)', direction='down')",
        json!([{"action": "scroll", "coordinate": [5, 6], "scroll_direction": "down", "scroll_amount": 5}]),
    );
    check(
        "Action: scroll(direction='left')",
        json!([{"action": "scroll", "scroll_direction": "left", "scroll_amount": 5}]),
    );
    check("Action: wait()", json!([{"action": "wait", "duration": 5}]));
    check(
        "Action: click(start_box='(1,2)')\n\ntype(content='x')",
        json!([{"action": "left_click", "coordinate": [1, 2]}, {"action": "type", "text": "x"}]),
    );
    check("Just words, nothing to do.", json!([]));
    let end = |text: &str, expected: End| {
        assert_eq!(
            ComputerTool::UiTars.read_text(text).end,
            Some(expected),
            "{text}"
        );
    };
    end(
        "Action: finished(content='It\\'s done.')",
        End::Finished {
            text: "It's done.".to_owned(),
            success: true,
        },
    );
    end(
        "Action: finished()",
        End::Finished {
            text: String::new(),
            success: true,
        },
    );
    end(
        "Action: call_user()",
        End::AskPerson {
            text: String::new(),
        },
    );
    for wrong in [
        "Action: fly(1)",
        "Action: click(start_box='here')",
        "Action: drag(start_box='(1,2)')",
        "Action: hotkey()",
    ] {
        assert!(
            is_invalid(&ComputerTool::UiTars.read_text(wrong)),
            "{wrong}"
        );
    }
}

#[test]
fn glm_in_its_box() {
    let check = |text: &str, expected: Value| {
        assert_eq!(ComputerTool::Glm.read_text(text), done(expected), "{text}");
    };
    let click = json!([{"action": "left_click", "coordinate": [500, 62]}]);
    check(
        "I see it.\n<|begin_of_box|>left_click(start_box='[500,62]', element_info='OK (1)')<|end_of_box|>\nMemory:\n[]",
        click.clone(),
    );
    check("left_click(start_box=[500, 62])", click);
    check(
        "<|begin_of_box|>left_double_click(start_box='[1,2]')<|end_of_box|>",
        json!([{"action": "double_click", "coordinate": [1, 2]}]),
    );
    check(
        "<|begin_of_box|>left_drag(start_box='[1,2]', end_box='[3,4]')<|end_of_box|>",
        json!([{"action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [3, 4]}]),
    );
    check(
        "<|begin_of_box|>key(keys='ctrl+c')<|end_of_box|>",
        json!([{"action": "key", "text": "ctrl+c"}]),
    );
    check(
        "<|begin_of_box|>type(content='it's (here)')<|end_of_box|>",
        json!([{"action": "type", "text": "it's (here)"}]),
    );
    check(
        "<|begin_of_box|>scroll(start_box='[1,2]', direction='down', step=4)<|end_of_box|>",
        json!([{"action": "scroll", "coordinate": [1, 2], "scroll_direction": "down", "scroll_amount": 4}]),
    );
    check(
        "<|begin_of_box|>WAIT()<|end_of_box|>",
        json!([{"action": "wait", "duration": 5}]),
    );
    check("The task is about clicking.", json!([]));
    assert_eq!(
        ComputerTool::Glm.read_text("<|begin_of_box|>DONE()<|end_of_box|>"),
        Asked::finished("", true)
    );
    assert_eq!(
        ComputerTool::Glm.read_text("<|begin_of_box|>FAIL()<|end_of_box|>"),
        Asked::finished("", false)
    );
    assert!(is_invalid(
        &ComputerTool::Glm.read_text("<|begin_of_box|>fly()<|end_of_box|>")
    ));
}

#[test]
fn opencuas_code_is_read_and_not_run() {
    let check = |code: &str, expected: Value| {
        let text = format!("# Step 1:\n## Thought:\nI click.\n## Code:\n```python\n{code}\n```");
        assert_eq!(
            ComputerTool::Opencua.read_text(&text),
            done(expected.clone()),
            "{code}"
        );
        assert_eq!(
            ComputerTool::Opencua.read_text(code),
            done(expected),
            "{code}"
        );
    };
    check(
        "pyautogui.click(x=100, y=200)",
        json!([{"action": "left_click", "coordinate": [100, 200]}]),
    );
    check(
        "pyautogui.click(0.25, 0.5)",
        json!([{"action": "left_click", "coordinate": [0.25, 0.5]}]),
    );
    check(
        "pyautogui.click(x=1, y=2, clicks=2)",
        json!([{"action": "double_click", "coordinate": [1, 2]}]),
    );
    check(
        "pyautogui.click(x=1, y=2, button='right')",
        json!([{"action": "right_click", "coordinate": [1, 2]}]),
    );
    check(
        "pyautogui.rightClick(1, 2)",
        json!([{"action": "right_click", "coordinate": [1, 2]}]),
    );
    check(
        "computer.triple_click(x=1, y=2)",
        json!([{"action": "triple_click", "coordinate": [1, 2]}]),
    );
    check(
        "pyautogui.moveTo(1, 2)\npyautogui.dragTo(3, 4, button='left')",
        json!([{"action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [3, 4]}]),
    );
    check(
        "pyautogui.scroll(-5)",
        json!([{"action": "scroll", "scroll_direction": "down", "scroll_amount": 5}]),
    );
    check(
        "pyautogui.hscroll(200, x=1, y=2)",
        json!([{"action": "scroll", "coordinate": [1, 2], "scroll_direction": "right", "scroll_amount": 2}]),
    );
    check(
        "pyautogui.write('it\\'s\\n', interval=0.1)",
        json!([{"action": "type", "text": "it's\n"}]),
    );
    check(
        "pyautogui.write(message='''a 'b' ''')",
        json!([{"action": "type", "text": "a 'b' "}]),
    );
    check(
        "pyautogui.press('enter', presses=3)",
        json!([{"action": "key", "text": "enter", "repeat": 3}]),
    );
    check(
        "pyautogui.press(['tab', 'enter'])",
        json!([{"action": "key", "text": "tab"}, {"action": "key", "text": "enter"}]),
    );
    check(
        "pyautogui.hotkey('ctrl', 'c')",
        json!([{"action": "key", "text": "ctrl+c"}]),
    );
    check(
        "pyautogui.hotkey(['ctrl', 'shift', 't'])",
        json!([{"action": "key", "text": "ctrl+shift+t"}]),
    );
    check(
        "pyautogui.keyDown('shift'); pyautogui.click(1, 2)\npyautogui.keyUp('shift')",
        json!([{"action": "key_down", "text": "shift"}, {"action": "left_click", "coordinate": [1, 2]}, {"action": "key_up", "text": "shift"}]),
    );
    check(
        "import os\nos.system('rm -rf /')\n# pyautogui.click(1, 2)\nx = pyautogui.position()\npyautogui.press('a')",
        json!([{"action": "key", "text": "a"}]),
    );
    check(
        "computer.wait()",
        json!([{"action": "wait", "duration": 2}]),
    );
    check("time.sleep(3)", json!([{"action": "wait", "duration": 3}]));
    let end = ComputerTool::Opencua
        .read_text("computer.terminate(status='failure')\npyautogui.click(1, 2)");
    assert_eq!(end, Asked::finished("", false));
    assert!(is_invalid(
        &ComputerTool::Opencua.read_text("pyautogui.alert('x')")
    ));
}

#[test]
fn words_for_the_person_at_the_end() {
    let check = |end: End, expected: &str| assert_eq!(end.words(), expected);
    check(
        End::Finished {
            text: " It is 4. ".to_owned(),
            success: true,
        },
        "It is 4.",
    );
    check(
        End::Finished {
            text: String::new(),
            success: true,
        },
        "Done.",
    );
    check(
        End::Finished {
            text: String::new(),
            success: false,
        },
        "I could not do this.",
    );
    check(
        End::AskPerson {
            text: " ".to_owned(),
        },
        "I need your help to go on.",
    );
}
