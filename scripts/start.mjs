// `npm start`: installs, builds, serves. With no source given it plays the guide's two attacks in the built-in lab.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProgram, checkNode, installPackages, root } from './prepare.mjs';

checkNode();
installPackages();
buildProgram();

const given = process.argv.slice(2);
const has = (flag) => given.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
const asks = has('--source') || has('--config') || has('--lab') || has('--help') || has('-h');
const lab = asks ? [] : ['--lab', ...(has('--data') ? [] : ['--data', './trailhound-lab'])];

process.argv = [process.execPath, join(root, 'bin', 'trailhound'), 'serve', ...lab, ...given];
await import(pathToFileURL(join(root, 'dist', 'cli', 'main.js')).href);
