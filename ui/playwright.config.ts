import { createServer } from 'node:net';
import { defineConfig } from '@playwright/test';

/** A port that nobody holds right now. The workers read it from the environment that the first process sets. */
async function freePort(): Promise<number> {
  const known = process.env['NARROWS_UI_PORT'];
  if (known) return Number(known);
  const port = await new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  process.env['NARROWS_UI_PORT'] = String(port);
  return port;
}

const port = await freePort();
const baseURL = `http://127.0.0.1:${port}`;

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results/traces',
  fullyParallel: true,
  // A page under test waits for its browser most of the time.
  workers: 2,
  forbidOnly: true,
  reporter: [['dot']],
  use: {
    baseURL,
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: baseURL,
  },
});
