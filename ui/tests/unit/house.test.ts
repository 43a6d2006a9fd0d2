/** The order of the page's files: who may import whom, without a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { expect, test } from 'vitest';

/**
 * The layers of `src`, from the top: a file imports from its own layer and from those below.
 * Layers on one line are siblings, of which none imports another.
 */
const layers: Record<string, string>[] = [
  { page: 'main.ts App.svelte' },
  { screens: 'screens/' },
  { controls: 'controls/' },
  { frame: 'frame/' },
  { application: 'ipc.ts', wizard: 'wizard/' },
  { words: 'words/' },
  { plain: 'plain/' },
  { generated: 'generated/ tokens.css base.css' },
];

/** The only file that talks to Tauri. */
const door = 'ipc.ts';

/** Each file, and what it imports: files of `src` by their path there, packages by their name. */
type Graph = ReadonlyMap<string, readonly string[]>;

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** The specifiers of every import and re-export, those of types alone included. */
function importsOf(code: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier;
      if (from && ts.isStringLiteral(from)) found.push(from.text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [from] = node.arguments;
      if (from && ts.isStringLiteralLike(from)) found.push(from.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) found.push(literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', code, ts.ScriptTarget.Latest));
  return found;
}

/** The code of a file: all of a script, and of a component what stands between its script tags. */
function scriptOf(path: string, text: string): string {
  if (!path.endsWith('.svelte')) return text;
  const { instance, module } = parse(text, { modern: true });
  return [module, instance]
    .map((script) => {
      if (!script) return '';
      const { start, end } = script.content as unknown as { start: number; end: number };
      return text.slice(start, end);
    })
    .join('\n');
}

/** Where a relative specifier leads; it has to lead to a file. */
function resolved(from: string, specifier: string, files: ReadonlySet<string>): string {
  const path = normalize(join(dirname(from), specifier));
  const found = [path, `${path}.ts`, join(path, 'index.ts')].find((known) => files.has(known));
  if (found === undefined) throw new Error(`${from}: nothing stands at ${specifier}`);
  return found;
}

function graphOf(texts: ReadonlyMap<string, string>): Graph {
  const files = new Set(texts.keys());
  return new Map(
    [...texts].map(([path, text]) => [
      path,
      path.endsWith('.css')
        ? []
        : importsOf(scriptOf(path, text)).map((specifier) =>
            specifier.startsWith('.') ? resolved(path, specifier, files) : specifier,
          ),
    ]),
  );
}

/** A circle of files, from one back to itself; nothing where there is none. */
function circleIn(graph: Graph): string[] | null {
  const over = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | null => {
    const at = way.indexOf(file);
    if (at >= 0) return [...way.slice(at), file];
    if (over.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = walk(next, [...way, file]);
      if (circle) return circle;
    }
    over.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return null;
}

/** The place of a file in {@link layers}: how far down, and the layer's name. */
function layerOf(file: string): { depth: number; name: string } {
  for (const [depth, row] of layers.entries()) {
    for (const [name, paths] of Object.entries(row)) {
      const held = paths
        .split(' ')
        .some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path));
      if (held) return { depth, name };
    }
  }
  throw new Error(`${file} stands in no layer`);
}

/** Imports that lead up, or to a sibling. */
function upward(graph: Graph): string[] {
  return [...graph].flatMap(([file, imports]) => {
    const own = layerOf(file);
    return imports
      .filter((to) => graph.has(to))
      .filter((to) => {
        const { depth, name } = layerOf(to);
        return depth < own.depth || (depth === own.depth && name !== own.name);
      })
      .map((to) => `${file} → ${to}`);
  });
}

/** Files that talk to Tauri beside the one that does. */
const talkers = (graph: Graph, texts: ReadonlyMap<string, string>): string[] =>
  [...graph]
    .filter(
      ([file, imports]) =>
        imports.some((name) => name.startsWith('@tauri-apps/')) ||
        /\b__TAURI\w*/.test(texts.get(file) ?? ''),
    )
    .map(([file]) => file);

const texts = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte|css)$/.test(path))
    .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(source, path), 'utf8')]),
);
const page = graphOf(texts);

test('no file of the page imports itself by a circle', () => {
  const arrows = [...page.values()].flat().filter((to) => page.has(to)).length;
  process.stdout.write(`the page: ${page.size} files, ${arrows} arrows\n`);
  expect(page.size).toBeGreaterThan(100);
  expect(arrows).toBeGreaterThan(page.size);
  expect(circleIn(page)).toBeNull();
});

test('imports lead down', () => {
  expect(upward(page)).toEqual([]);
});

test('one file alone talks to Tauri', () => {
  expect(talkers(page, texts)).toEqual([door]);
});

test('a circle, a way up and a second talker would be seen', () => {
  const made = new Map([
    ['ipc.ts', 'window.__TAURI__;'],
    ['plain/a.ts', "import type { B } from '../words';"],
    ['words/index.ts', "export * from './b';"],
    ['words/b.ts', "export type A = import('../plain/a').A;"],
    ['wizard/c.ts', "import { call } from '../ipc';"],
    [
      'controls/D.svelte',
      `<script module>import { invoke } from '@tauri-apps/api';</script>
       <script lang="ts">import E from '../screens/E.svelte';</script>`,
    ],
    ['screens/E.svelte', "<p>import D from '../controls/D.svelte'</p>"],
  ]);
  const graph = graphOf(made);
  expect(circleIn(graph)).toEqual(['plain/a.ts', 'words/index.ts', 'words/b.ts', 'plain/a.ts']);
  expect(upward(graph)).toEqual([
    'plain/a.ts → words/index.ts',
    'wizard/c.ts → ipc.ts',
    'controls/D.svelte → screens/E.svelte',
  ]);
  expect(talkers(graph, made)).toEqual(['ipc.ts', 'controls/D.svelte']);
});
