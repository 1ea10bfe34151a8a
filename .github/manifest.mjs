/*
 * Writes latest.json, what the updater asks for: each system with its address and
 * its signature. `{os}-{arch}-{installer}` comes first, so that a deb is updated by
 * a deb. Without signatures nothing is written: an update that is not signed is
 * never installed.
 *   node manifest.mjs FOLDER TAG ADDRESS
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, tag, address] = process.argv.slice(2);
const arm = (name) => /aarch64|arm64/.test(name);

/** The names under which the updater looks for a package. */
function platforms(name) {
  const arch = arm(name) ? 'aarch64' : 'x86_64';
  if (name.endsWith('.app.tar.gz')) return [`darwin-${arch}`, `darwin-${arch}-app`];
  if (name.endsWith('.msi')) return [`windows-${arch}-msi`];
  if (name.endsWith('.exe')) return [`windows-${arch}`, `windows-${arch}-nsis`];
  if (name.endsWith('.AppImage')) return [`linux-${arch}`, `linux-${arch}-appimage`];
  if (name.endsWith('.deb')) return [`linux-${arch}-deb`];
  if (name.endsWith('.rpm')) return [`linux-${arch}-rpm`];
  return [];
}

const found = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith('.sig'))) {
  const name = file.slice(0, -'.sig'.length);
  const signature = readFileSync(join(folder, file), 'utf8').trim();
  for (const platform of platforms(name)) {
    found[platform] = { signature, url: `${address}/${encodeURIComponent(name)}` };
  }
}
if (Object.keys(found).length === 0) {
  console.log('Nothing is signed, so there is no manifest: this release updates nobody.');
} else {
  const manifest = {
    version: tag.replace(/^v/, ''),
    pub_date: new Date().toISOString(),
    platforms: found,
  };
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(Object.keys(found).sort().join('\n'));
}
