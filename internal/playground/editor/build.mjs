// Bundles the editor: usage: node build.mjs FOLDER. It writes editor.js and licences.json, the licences of the packages in it.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const [folder] = process.argv.slice(2);
const made = await build({
  entryPoints: ['src/editor.js'],
  outfile: path.join(folder, 'editor.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none', // licences.json has the licences
  metafile: true,
  banner: { js: '// DO NOT EDIT: written by make playground-editor from internal/playground/editor.' },
});

const packages = new Set();
for (const { inputs } of Object.values(made.metafile.outputs)) {
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (name && bytesInOutput > 0) packages.add(name);
  }
}
const accepted = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'];
const licences = [];
for (const name of [...packages].sort()) {
  const at = path.join('node_modules', name);
  const { version, license } = JSON.parse(await readFile(path.join(at, 'package.json'), 'utf8'));
  if (!accepted.includes(license)) throw new Error(`${name}: found the licence ${license}, expected one of ${accepted.join(', ')}`);
  const files = (await readdir(at)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${name}: found no file of its licence`);
  licences.push({ name: `${name} ${version}`, texts: await Promise.all(files.map(async (file) => (await readFile(path.join(at, file), 'utf8')).replaceAll('\r\n', '\n').trim())) });
}
await writeFile(path.join(folder, 'licences.json'), JSON.stringify(licences, null, 2) + '\n');
