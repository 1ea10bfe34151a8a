use super::Consequence::*;
use super::*;
use pretty_assertions::assert_eq;

#[test]
fn buttons_by_their_names() {
    let check = |name: &str, expected: Option<Consequence>| {
        let clue = Clue {
            role: "button",
            name,
            ..Clue::default()
        };
        assert_eq!(consequence(&clue), expected, "{name}");
    };
    for (names, expected) in [
        (
            "Pay|Pay now|Pay $12.00|Buy|Buy it now|Purchase|Place order|Place your order|Checkout|Check out|Subscribe|\
             Jetzt kaufen|Zahlungspflichtig bestellen|Bezahlen|Überweisen|Payer|Acheter|Passer la commande|Pagar|\
             Comprar ahora|Realizar pedido|Paga ora|Acquista|Comprar|Finalizar compra|Betalen|Nu kopen|\
             Bestelling plaatsen|Betala|Köp nu|Slutför köp|購入する|注文を確定する|支払う|立即购买|付款|提交订单|\
             Оплатить|Zapłać|Satın al|결제하기|Order",
            Some(Pay),
        ),
        (
            "Send|Send message|Send now|Submit|Send and archive|Submit & close|Senden|Absenden|Abschicken|Envoyer|\
             Envoyer le message|Soumettre|Enviar|Enviar mensaje|Invia|Spedisci|Enviar agora|Verzenden|Verstuur|\
             Skicka|Skicka in|送信|送信する|发送|發送|提交|Отправить|Wyślij|Gönder|보내기|SEND|&Send|ＳＥＮＤ|Apply now",
            Some(Send),
        ),
        (
            "Delete|Delete all|Delete…|Delete (3)|Remove|Empty trash|Empty Trash|Erase disk|Uninstall|Move to Trash|\
             Don't save|Don’t Save|Close without saving|Discard changes|Cancel subscription|Overwrite|Replace|\
             Factory reset|Löschen|Endgültig löschen|Entfernen|Papierkorb leeren|Nicht speichern|Kündigen|Supprimer|\
             Effacer|Vider la corbeille|Ne pas enregistrer|Eliminar|Borrar todo|Vaciar papelera|Elimina|Cancella tutto|\
             Svuota cestino|Non salvare|Excluir|Apagar|Esvaziar lixeira|Verwijderen|Prullenbak legen|Niet opslaan|\
             Radera|Ta bort|Töm papperskorgen|Spara inte|削除|削除する|ゴミ箱を空にする|保存しない|删除|刪除|清空|\
             不保存|取消订阅|Удалить|Usuń|Sil|삭제|Del\u{ad}ete|D e l e t e|Dеlеte|Delete settings|Yes, delete|\
             Not now, delete everything|OK – delete|Keep or delete",
            Some(Delete),
        ),
        (
            "Publish|Publish now|Post|Post now|Tweet|Share|Merge pull request|Deploy|Make public|Veröffentlichen|Teilen|\
             Publier|Partager|Publicar|Compartir|Pubblica|Condividi|Compartilhar|Publiceren|Delen|Publicera|Dela|\
             公開|投稿する|共有|发布|分享|Опубликовать|Opublikuj|게시|Upload",
            Some(Publish),
        ),
        (
            "Install|Install now|Update|Update and restart|Upgrade|Add to Chrome|Run anyway|Installieren|\
             Jetzt aktualisieren|Installer|Mettre à jour|Instalar|Installa|Aggiorna|Atualizar agora|Installeren|\
             Bijwerken|Installera|Uppdatera|インストール|安装|立即更新|Установить|Zainstaluj|설치|Enable macros",
            Some(Install),
        ),
        (
            "Accept|Accept all|I agree|Agree and continue|Allow|Always allow|Authorize|Grant access|Confirm|Sign|\
             Akzeptieren|Alle akzeptieren|Zustimmen|Ich stimme zu|Erlauben|Bestätigen|Accepter|J'accepte|J’accepte|\
             Autoriser|Aceptar|Acepto|Permitir|Accetta|Acconsento|Consenti|Aceitar|Concordo|Accepteren|Akkoord|\
             Toestaan|Acceptera|Godkänn|Tillåt|同意する|許可|承認|同意|允许|确认|Принять|Akceptuję|Kabul et|동의",
            Some(Accept),
        ),
        (
            "Shut down|Restart|Log out|Sign out|Herunterfahren|Neu starten|Se déconnecter|Reiniciar|Spegni|Desligar|\
             Opnieuw opstarten|Logga ut|再起動|关机",
            Some(End),
        ),
        (
            "OK|Cancel|Close|Open|Back|Next|Help|Settings|Save|Copy|New message|Inbox|Sent|Sent items|Deleted items|\
             Drafts|Search|Sender|Payment methods|Payment settings|Delivery|Description|Install options|\
             Send feedback settings…|Send options|Publish settings|Share settings|Payee|Sign in|Sign in with Google|\
             Signature|Don't delete|Don’t Delete|Do not delete|Do not send|Never delete|Undelete|Undo send|Unsend|\
             Restore|Keep|Don't allow|Deny|Decline|Reject all|Do not agree|Disagree|Install later|Skip|Cancel deletion|\
             Remind me later|Abbrechen|Nicht löschen|Nicht senden|Später installieren|Ablehnen|Schließen|Öffnen|\
             Rückgängig|Zahlungsarten|Versandoptionen|Ne pas supprimer|Ne pas envoyer|Annuler|Refuser|Fermer|\
             No eliminar|No enviar|Cancelar|Rechazar|Cerrar|Non eliminare|Annulla|Rifiuta|Não excluir|Recusar|\
             Niet verwijderen|Annuleren|Weigeren|Radera inte|Ta inte bort|Avbryt|削除しない|送信しない|キャンセル|拒否|\
             同意しない|送信設定|共有の設定|不删除|不同意|取消|取消发送|拒绝|分享设置|Не удалять|Отмена|Nie usuwaj|\
             Anuluj|İptal|취소|Find & Replace|Release notes|Drop-down|Reset zoom|Zoom in|Bold|Page 2|Orders|\
             Order history|Subject|Posteingang|Posta in arrivo|||…|→",
            None,
        ),
    ] {
        for name in names.split('|') {
            check(name, expected);
        }
    }
}

#[test]
fn roles_say_what_a_name_is_for() {
    let check = |role: &str, name: &str, expected: Option<Consequence>| {
        let clue = Clue {
            role,
            name,
            ..Clue::default()
        };
        assert_eq!(consequence(&clue), expected, "{role} {name}");
    };
    check("link", "Delete", Some(Delete));
    check("menu item", "Move to Trash", Some(Delete));
    check("menu item", "Delete Row", Some(Delete));
    check("", "Send", Some(Send));
    check("image", "Send", Some(Send));
    // A click there only goes there.
    check("text field", "Message to send", None);
    check("text area", "Send a message", None);
    check("password field", "Confirm password", None);
    check("tab", "Delete", None);
    check("combo box", "Remove after", None);
    // Content is not an order, unless it is as short as one.
    check(
        "list item",
        "Re: please send the payment before you delete the old account",
        None,
    );
    check(
        "link",
        "How to delete a file in five easy steps on Linux",
        None,
    );
    check("list item", "Delete", Some(Delete));
    check(
        "text",
        "请先删除旧的文件，然后再发送新的文件给我们的同事",
        None,
    );
    // Long buttons are still buttons.
    check(
        "button",
        "Yes, I want to delete my account and all of its data",
        Some(Delete),
    );
    // Chosen first; agreeing is a deed by itself.
    check("check box", "Send me a newsletter", None);
    check("radio button", "Delete after 30 days", None);
    check("check box", "I accept the terms", Some(Accept));
}

#[test]
fn what_stands_there_counts_as_much_as_the_name() {
    let check = |clue: Clue<'_>, expected: Option<Consequence>| {
        assert_eq!(consequence(&clue), expected, "{clue:?}");
    };
    let none = Clue::default();
    let button = Clue {
        role: "button",
        ..none
    };
    // The page names its button otherwise than it paints it.
    check(
        Clue {
            name: "Close",
            at: "Buy now",
            ..button
        },
        Some(Pay),
    );
    check(Clue { at: "Send", ..none }, Some(Send));
    check(
        Clue {
            role: "canvas",
            name: "game",
            at: "Delete",
            ..none
        },
        Some(Delete),
    );
    check(
        Clue {
            at: "Inbox",
            ..none
        },
        None,
    );
    // Dialogs.
    let question = ["Delete 3 files?", "They cannot be restored."];
    for name in [
        "OK", "Yes", "Ja", "Oui", "Continue", "Weiter", "はい", "确定", "",
    ] {
        check(
            Clue {
                name,
                around: &question,
                ..button
            },
            Some(Delete),
        );
    }
    check(
        Clue {
            name: "Cancel",
            around: &question,
            ..button
        },
        None,
    );
    check(
        Clue {
            name: "No",
            around: &question,
            ..button
        },
        None,
    );
    check(
        Clue {
            name: "Details",
            around: &question,
            ..button
        },
        None,
    );
    check(
        Clue {
            name: "OK",
            around: &["Nothing was deleted."],
            ..button
        },
        None,
    );
    check(
        Clue {
            name: "OK",
            around: &["The file was saved."],
            ..button
        },
        None,
    );
    check(
        Clue {
            name: "OK",
            around: &["Möchten Sie die Datei wirklich löschen?"],
            ..button
        },
        Some(Delete),
    );
    check(
        Clue {
            name: "OK",
            around: &["1,299.00 €", "Pay with the card ending in 4242"],
            ..button
        },
        Some(Pay),
    );
}

#[test]
fn what_the_model_wants_counts_where_the_name_says_nothing() {
    let check = |name: &str, intent: &str, expected: Option<Consequence>| {
        let clue = Clue {
            role: "button",
            name,
            intent,
            ..Clue::default()
        };
        assert_eq!(consequence(&clue), expected, "{name}: {intent}");
    };
    check("", "Send the mail", Some(Send));
    check("OK", "Confirm the purchase", Some(Pay));
    check("OK", "buy the ticket", Some(Pay));
    check("Continue", "continue to the next page", None);
    check("➤", "I will send the message now", Some(Send));
    check("Kirim", "send the mail", Some(Send));
    check("", "close the dialog", None);
    check("", "do not send the mail, only save it", None);
    check("Cancel", "delete the file", None);
    check("Inbox", "open the inbox to find the mail to send", None);
    check("", "die Datei löschen", Some(Delete));
    check("", "メールを送信する", Some(Send));
    let field = Clue {
        role: "text field",
        name: "To",
        intent: "send a mail to Ann",
        ..Clue::default()
    };
    assert_eq!(consequence(&field), None);
}

#[test]
fn keys_confirm_and_delete() {
    let check =
        |keys: &str, role: &str, name: &str, intent: &str, expected: Option<Consequence>| {
            let clue = Clue {
                role,
                name,
                intent,
                keys: Some(keys),
                ..Clue::default()
            };
            assert_eq!(
                consequence(&clue),
                expected,
                "{keys} {role} {name}: {intent}"
            );
        };
    check(
        "Return",
        "text field",
        "Message",
        "send the message",
        Some(Send),
    );
    check("ctrl+Enter", "text area", "", "send the mail", Some(Send));
    check("Return", "text area", "", "begin a new line", None);
    check("Return", "button", "Delete", "", Some(Delete));
    check("space", "button", "Pay now", "", Some(Pay));
    check("space", "text area", "", "send the mail", None);
    check("Return", "text field", "Search", "", None);
    check(
        "Delete",
        "list item",
        "report.odt",
        "delete the report",
        Some(Delete),
    );
    check("shift+Delete", "list item", "report.odt", "", Some(Delete));
    check(
        "Delete",
        "text field",
        "Name",
        "delete the wrong letter",
        None,
    );
    check("BackSpace", "text area", "", "delete the line", None);
    check("ctrl+s", "", "", "save the file", None);
    check("Tab", "", "", "go on to the send button", None);
}
