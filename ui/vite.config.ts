import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** The application's own policy, so that the browser tests meet what the window meets. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'none'",
  'connect-src ipc: http://ipc.localhost',
].join('; ');

export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    // The oldest web views that the application meets: macOS 13 and current WebView2 and WebKitGTK.
    target: ['safari16.4', 'chrome111'],
    modulePreload: false,
    assetsInlineLimit: 0,
  },
  preview: { headers: { 'Content-Security-Policy': policy } },
  // The tests are of pure functions: nothing that one leaves behind can be met by another.
  test: { include: ['tests/unit/**/*.test.ts'], pool: 'threads', isolate: false },
});
