/* The assistant uses the screen: consent, the pill in its own window, the steps. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import {
  fresh,
  idle,
  inState,
  message,
  nothingStrange,
  page,
  picture,
  say,
  sound,
} from './page.mjs';

/** A window to be clicked in. */
const WINDOW = `
import tkinter
window = tkinter.Tk(className="notes")
window.title("Notes")
window.geometry("420x260+200+160")
tkinter.Label(window, text="Three things to do", font=("Noto Sans", 20)).pack(pady=20)
field = tkinter.Entry(window, width=30)
field.pack()
tkinter.Button(window, text="Save", command=lambda: field.insert(0, "saved ")).pack(pady=20)
window.bind("<Visibility>", lambda event: print("shown", flush=True))
window.mainloop()
`;
const ADDRESS = new URL(process.argv[2] ?? process.env.INTERPRETER_URL);
/** The page of the pill's window, which in the app the shell opens. */
let pill;
let window;

/** A page in a window of its own: a tab behind another is drawn once a second. */
async function ofItsOwn() {
  const opened = page.context().waitForEvent('page');
  const chromium = await page.context().newCDPSession(page);
  await chromium.send('Target.createTarget', { url: 'about:blank', newWindow: true });
  return opened;
}

async function openPill() {
  const conversation = decodeURIComponent(new URL(page.url()).hash.replace('#/c/', ''));
  const here = new URL('pill.html', ADDRESS);
  here.hash = `${ADDRESS.hash.slice(1)}&conversation=${conversation}`;
  pill ??= await ofItsOwn();
  // As wide as in the app. Chromium draws what is less high only twice a second.
  await pill.setViewportSize({ width: 620, height: 100 });
  await pill.goto('about:blank');
  await pill.goto(here.href);
}

const pillIn = (state) => pill.locator(`[data-pill="${state}"]`).waitFor();
const onPill = (action) => pill.locator(`[data-action="${action}"]:not([aria-disabled])`).click();
const steps = () => page.locator('[data-region="steps"]');
const rows = () => page.locator('[data-step]');
const row = (number) => page.locator(`[data-step="${number}"]`);
const focused = (what) => what.evaluate((one) => one === document.activeElement);
const themes = {
  light: { colorScheme: 'light', contrast: null },
  dark: { colorScheme: 'dark', contrast: null },
  contrast: { colorScheme: 'light', contrast: 'more' },
};

async function inThemes(what, of = page) {
  for (const [name, media] of Object.entries(themes)) {
    await of.emulateMedia(media);
    await sound(`${what}, ${name}`, of);
    await picture(`${what}-${name}`, of);
  }
  await of.emulateMedia(themes.light);
}

/** A conversation that is there: what is written before that belongs to the next one. */
async function begun() {
  await fresh('help');
  await page.getByText('I am the embedded command reader').first().waitFor();
  await idle();
}

before(async () => {
  window = spawn('/usr/bin/python3', ['-c', WINDOW], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(window.stdout, 'data');
});

test('the sheet says what will happen, and begins nothing by itself', async () => {
  await begun();
  await message().fill('look at the screen; click at 400, 300; look at the screen');
  await page.locator('[data-use="screen"]').click();
  const sheet = page.getByRole('dialog');
  await sheet.waitFor();
  const goal = sheet.locator('[data-field="goal"]');
  assert.equal(
    await goal.inputValue(),
    'look at the screen; click at 400, 300; look at the screen',
  );
  await sheet.getByText('stay on this computer, kept here for 7 days').waitFor();
  const limit = sheet.locator('[data-field="limit"]');
  await limit.fill('much');
  await sheet.getByText('Write a number, such as 0.50').waitFor();
  await sheet.locator('[data-action="start-screen"][aria-disabled="true"]').waitFor();
  await limit.fill('0.50');
  const steps = sheet.locator('[data-field="steps"]');
  assert.equal(await steps.inputValue(), '40');
  assert.equal(await sheet.locator('[data-field="minutes"]').inputValue(), '15');
  await steps.fill('a few');
  await sheet.getByText('Write a whole number').waitFor();
  await steps.fill('40');
  await inThemes('control-consent');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('[data-use="screen"]').getAttribute('data-state'), 'off');
  assert.equal(
    await message().inputValue(),
    'look at the screen; click at 400, 300; look at the screen',
  );
});

test('started, it looks, and the pill asks before it clicks', async () => {
  await page.locator('[data-use="screen"]').click();
  await page.locator('[data-field="limit"]').fill('0.50');
  await page.locator('[data-action="start-screen"]').click();
  await inState('awaiting');
  await page.locator('[data-pill="waiting"]').waitFor();
  await openPill();
  await pillIn('waiting');
  assert.equal(new URL(pill.url()).hash, '');
  await pill.getByText('Allow Notes?', { exact: true }).waitFor();
  await pill.getByText('Click at 400, 300', { exact: true }).waitFor();
  await pill.locator('[data-action="run"]:not([aria-disabled])').waitFor();
  // Nothing took the focus, and all of it is to be seen.
  assert.equal(await pill.evaluate(() => document.activeElement === document.body), true);
  const wide = await pill.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 620, `the pill is ${wide} px wide`);
  for (const button of await pill.getByRole('button').all()) {
    const { width, height } = await button.boundingBox();
    assert.ok(width >= 32 && height >= 32, await button.textContent());
  }
  await inThemes('control-pill-asking', pill);
});

test('allowed on the pill, the click is done', async () => {
  await onPill('run');
  await pillIn('finished');
  await page.locator('[data-card][data-state="done"]').last().waitFor();
  await idle();
  await picture('control-pill-finished', pill);
  await page.locator('[data-pill]').waitFor({ state: 'detached' });
});

test('the limit of the sheet holds for this conversation', async () => {
  await page.locator('[data-use="screen"]').click();
  await page.locator('[data-use="code"]').click();
  await page.locator('[data-use="screen"]').click();
  const limit = page.locator('[data-field="limit"]');
  await page.waitForFunction(() => document.querySelector('[data-field="limit"]')?.value === '0.5');
  assert.equal(await limit.inputValue(), '0.5');
  // What was said last is the goal.
  await page.locator('[data-said="goal"]').getByText('click at 400, 300').waitFor();
  await page.locator('[data-action="start-screen"]').click();
});

test('not now on the pill is a skip, and Stop ends it all', async () => {
  await say('click at 410, 310');
  await pillIn('waiting');
  await onPill('skip');
  await idle();
  await say('click at 420, 320');
  await pillIn('waiting');
  await onPill('panic');
  await pillIn('stopped');
  await idle();
});

test('code is read in the main window before it is allowed', async () => {
  await say('run python: print(6 * 7)');
  await pillIn('waiting');
  await pill.getByText('Read it in the main window').first().waitFor();
  assert.equal(await pill.locator('[data-action="run"]').count(), 0);
  await sound('a question about code', pill);
  await picture('control-pill-code', pill);
  await page.locator('[data-card][data-state="awaiting"] [data-action="skip"]').click();
  await idle();
});

test('the steps are listed, with the place on the picture', async () => {
  await page.keyboard.press('Control+j');
  await steps().waitFor();
  await row(1).locator('[data-ring]').waitFor();
  await row(1).getByText('Click at 400, 300').waitFor();
  // Two were not allowed: nothing was done, and they have no number.
  assert.deepEqual(await rows().evaluateAll((all) => all.map((one) => one.dataset.step)), [
    '1',
    '',
    '',
  ]);
  // The keys stand on the newest.
  assert.equal(await focused(rows().nth(2)), true);
  await page.keyboard.press('Home');
  assert.equal(await focused(row(1)), true);
  await page.keyboard.press('Enter');
  // The ring is where it was clicked, on pictures of the whole screen.
  const pair = page.locator('[data-compare-pair]');
  await pair.locator('img').nth(1).waitFor();
  const [picture, ring] = await Promise.all([
    pair.boundingBox(),
    pair.locator('[data-ring]').boundingBox(),
  ]);
  const at = [
    ((ring.x + ring.width / 2 - picture.x) / picture.width) * 1280,
    ((ring.y + ring.height / 2 - picture.y) / picture.height) * 800,
  ];
  // A pixel of the panel is some three of the screen.
  assert.ok(Math.abs(at[0] - 400.5) < 4 && Math.abs(at[1] - 300.5) < 4, `the ring is at ${at}`);
  await inThemes('control-steps');
  await page.keyboard.press('Enter');
  await page.locator('[data-compare]').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(rows().nth(1)), true);
});

test('a step is looked at and judged by keyboard alone', async () => {
  const pair = (shown) => page.locator(`[data-compare] [data-compare-pair="${shown}"]`).waitFor();
  const tabTo = async (what) => {
    await page.keyboard.press('Tab');
    assert.equal(await focused(page.locator(what)), true, what);
  };
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await pair(50);
  await tabTo('[data-field="compare"]');
  await page.keyboard.press('ArrowRight');
  await pair(55);
  await page.keyboard.press('End');
  await pair(100);
  await tabTo('[data-action="enlarge"]');
  await page.keyboard.press('Enter');
  const large = page.locator('[data-large]');
  await large.locator('[data-ring]').waitFor();
  const wide = () => large.locator('[data-compare-pair]').evaluate((one) => one.clientWidth);
  const fitted = await wide();
  await large.getByRole('region').focus();
  await page.keyboard.press('+');
  assert.ok((await wide()) > fitted * 1.2, 'it is larger');
  await sound('a step, enlarged');
  await picture('control-step-large');
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  assert.equal(await focused(page.locator('[data-action="enlarge"]')), true);
  await tabTo('[data-action="retry-step"]');
  await tabTo('[data-action="wrong-click"]');
  await page.keyboard.press('Enter');
  const note = page.locator('[data-field="wrong-note"]');
  await note.waitFor();
  assert.equal(await focused(note), true);
  await page.keyboard.type('It was the button beside it');
  await page.keyboard.press('Enter');
  await row(1).getByText('wrong click. It was the button beside it').waitFor();
  await inThemes('control-step-wrong');
  // It is kept with the step.
  await page.reload();
  await page.locator('[data-card]').last().waitFor();
  await page.keyboard.press('Control+j');
  await row(1).getByText('It was the button beside it').waitFor();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.locator('[data-action="take-back"]').focus();
  await page.keyboard.press('Enter');
  await row(1).locator('[data-said="wrong"]').waitFor({ state: 'detached' });
  assert.equal(await focused(page.locator('[data-action="wrong-click"]')), true);
});

test('the steps are saved as one file, with the screenshots where they are ticked', async () => {
  const saved = async (ticked) => {
    await page.locator('[data-action="save-steps"]').click();
    if (ticked) await page.locator('[data-field="screenshots"]').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('[data-action="save-file"]').click(),
    ]);
    return readFile(await download.path(), 'utf8');
  };
  const plain = await saved(false);
  const whole = await saved(true);
  assert.match(plain, /Click/);
  assert.equal(plain.includes('data:image/'), false);
  assert.equal(whole.includes('data:image/'), true);
  await page.locator('[data-action="close-steps"]').click();
  await steps().waitFor({ state: 'detached' });
});

test('in a narrow window the steps lie over the conversation', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.keyboard.press('Control+j');
  await row(1).click();
  await page.locator('[data-compare]').waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `the page is ${wide} px wide`);
  await sound('narrow steps');
  await picture('control-steps-narrow');
  await page.keyboard.press('Escape');
  await page.locator('[data-step]').first().waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('the chip of the header leads to the steps', async () => {
  await say('click at 430, 330');
  await inState('awaiting');
  await page.locator('header [data-action="steps"]').click();
  await steps().waitFor();
  await rows().last().getByText('Waiting for you').waitFor();
  await sound('live, with the steps');
  await picture('control-live');
  await page.locator('[data-action="close-steps"]').click();
  await page.locator('[data-pill] [data-action="details"]').click();
  await steps().waitFor();
  await page.locator('[data-pill] [data-action="panic"]').click();
  await idle();
});

test('a replay says what it is, and does the steps in a conversation of its own', async () => {
  const before = page.url();
  await page.locator('[data-action="replay"]').click();
  await page.getByRole('dialog').getByText('without a model').waitFor();
  await inThemes('control-replay');
  await page.locator('[data-action="replay-start"]').click();
  await page.waitForFunction((old) => window.location.href !== old, before);
  await page.locator('[data-card][data-state="done"]').getByText('Click at 400, 300').waitFor();
  await idle();
  await row(1).getByText('again').waitFor();
  await row(1).getByText('Click at 400, 300').waitFor();
  await sound('replayed');
  await picture('control-replayed');
  await page.locator('[data-action="close-steps"]').click();
});

test('what is under way can be paused, and goes on', async () => {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-control="model"]').click();
  await page.getByRole('combobox').fill('openai/scripted');
  await page.getByRole('combobox').press('Enter');
  await message().fill('think about it');
  await page.locator('[data-use="screen"]').click();
  await page.locator('[data-action="start-screen"]').click();
  await page.locator('[data-pill="thinking"]').waitFor();
  await openPill();
  await pillIn('thinking');
  await picture('control-pill-thinking', pill);
  await onPill('pause');
  await pillIn('paused');
  await page.locator('[data-pill="paused"]').waitFor();
  await picture('control-pill-paused', pill);
  await sound('paused', pill);
  await onPill('resume');
  await pillIn('thinking');
  await onPill('panic');
  await idle();
});

test('a hand on the mouse holds it, and a wait is not lost', async () => {
  await begun();
  await page.locator('[data-use="screen"]').click();
  await page.locator('[data-action="start-screen"]').click();
  await say('wait 3; wait 1; look at the screen');
  await openPill();
  await pillIn('acting');
  const hand = spawn('xdotool', ['mousemove_relative', '--', '60', '20']);
  await once(hand, 'exit');
  await pillIn('paused');
  await pill.getByText('Resume looks again first').waitFor();
  await picture('control-pill-hand', pill);
  assert.equal(await page.locator('[data-card][data-state="done"]').count(), 0);
  await onPill('resume');
  await idle();
  await page.getByText('Here is the screen.').first().waitFor();
  // Both waits and the look were done.
  assert.equal(await page.locator('[data-card][data-state="done"]').count(), 3);
});

test('at the limit of steps it ends, and goes on when it is let', async () => {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-control="model"]').click();
  await page.getByRole('combobox').fill('openai/scripted');
  await page.getByRole('combobox').press('Enter');
  await message().fill('move the mouse twice');
  await page.locator('[data-use="screen"]').click();
  const sheet = page.getByRole('dialog');
  await sheet.locator('[data-field="steps"]').fill('1');
  await sheet.getByRole('radio', { name: 'Never' }).click();
  await page.locator('[data-action="start-screen"]').click();
  const onward = page.locator('[data-way="continue"]');
  await onward.getByText('Go on for 1 more step', { exact: true }).waitFor();
  await idle();
  await openPill();
  await pillIn('stopped');
  await pill.getByText('Stopped at your limit').waitFor();
  await pill.locator('[data-action="go-on"]').waitFor();
  await sound('at the limit', pill);
  await picture('control-pill-limit', pill);
  await inThemes('control-limit');
  await onward.click();
  await page.getByText('Both are done.').first().waitFor();
  await idle();
});

test('a step can be tried again in a copy', async () => {
  const before = page.url();
  await page.keyboard.press('Control+j');
  await row(1).click();
  await page.locator('[data-compare] [data-action="retry-step"]').waitFor();
  await sound('a step that can be tried again');
  await picture('control-retry');
  await page.locator('[data-action="retry-step"]').click();
  await page.getByText('There was nothing left to do.').first().waitFor();
  assert.notEqual(page.url(), before);
  assert.equal(await page.locator('[data-step]').count(), 0);
  await idle();
});

after(async () => {
  window?.kill();
  await pill?.close();
});

nothingStrange();
