import { useState } from 'preact/hooks';
import { hrefs, type Page } from '../places.ts';
import { chooseTheme, nextTheme, storedTheme } from './theme.ts';

const sections: readonly { label: string; href: string; pages: readonly Page['name'][] }[] = [
  { label: 'Alerts', href: hrefs.alerts(), pages: ['alerts'] },
  { label: 'Monitors', href: hrefs.monitors(), pages: ['monitors', 'monitor', 'create-monitor'] },
  { label: 'Events', href: hrefs.events(), pages: ['events', 'event'] },
];

export function Header({ page }: { page: Page['name'] }) {
  return (
    <header class="header">
      <a class="brand" href={hrefs.alerts()}>
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <rect width="24" height="24" rx="5" class="brand-ground" />
          <path d="M5.5 17.5c2.5-1 2.5-4 5-4.7 2.5-.7 3.5 1.7 6 .7 1.5-.6 1.5-3 2.5-5" class="brand-trail" />
          <circle cx="5.5" cy="17.5" r="1.8" class="brand-dot" />
          <path d="M15.5 5.5H19.5V9.5" class="brand-trail" />
        </svg>
        <span class="brand-name">Trailhound</span>
      </a>
      <nav aria-label="Main">
        <ul>
          {sections.map(({ label, href, pages }) => (
            <li key={label}>
              <a href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ThemeButton />
    </header>
  );
}

const themeWords = { system: 'Auto', light: 'Light', dark: 'Dark' } as const;

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = nextTheme(theme);
  return (
    <button
      type="button"
      class="button button-quiet theme-button"
      aria-label={`Theme: ${themeWords[theme]}. Change to ${themeWords[next]}`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.6v10.8A5.4 5.4 0 0 1 8 2.600z" />
      </svg>
      {themeWords[theme]}
    </button>
  );
}
