import { useEffect } from 'preact/hooks';
import { AlertsPage } from './alerts/alerts-page.tsx';
import { EventPage } from './events/event-page.tsx';
import { EventsPage } from './events/events-page.tsx';
import { Footer } from './frame/footer.tsx';
import { Header } from './frame/header.tsx';
import { LabBanner } from './frame/lab-banner.tsx';
import { useStatus } from './frame/status.ts';
import { MonitorEditPage } from './monitors/monitor-edit-page.tsx';
import { MonitorFormPage } from './monitors/monitor-form-page.tsx';
import { MonitorPage } from './monitors/monitor-page.tsx';
import { MonitorsPage } from './monitors/monitors-page.tsx';
import { followLinks, navigate, usePlace } from './navigation.ts';
import { Announcements } from './parts/announcements.tsx';
import { Empty } from './parts/drawn-states.tsx';
import { hrefs, type Place } from './places.ts';

export function App() {
  const place = usePlace();
  const status = useStatus();
  const { name } = place.page;
  useEffect(() => {
    document.addEventListener('click', followLinks);
    return () => document.removeEventListener('click', followLinks);
  }, []);
  useEffect(() => {
    document.title = `${titles[name]} – Trailhound`;
    if (location.pathname === '/app' || location.pathname === '/app/') navigate(hrefs.alerts(), true);
  }, [name]);
  return (
    <div class="frame">
      <button type="button" class="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        Skip to main content
      </button>
      <Header page={name} />
      <LabBanner status={status.status} />
      <main id="main" tabIndex={-1}>
        <Page place={place} />
      </main>
      <Footer status={status} />
      <Announcements />
    </div>
  );
}

const titles: Readonly<Record<Place['page']['name'], string>> = {
  alerts: 'Alerts',
  monitors: 'Monitors',
  monitor: 'Monitor',
  'create-monitor': 'Create monitor',
  events: 'Events',
  event: 'Event',
  nowhere: 'Not found',
};

function Page({ place: { page, query } }: { place: Place }) {
  switch (page.name) {
    case 'alerts':
      return <AlertsPage query={query} />;
    case 'monitors':
      return <MonitorsPage query={query} />;
    case 'monitor':
      return page.editing ? <MonitorEditPage key={page.id} id={page.id} /> : <MonitorPage key={page.id} id={page.id} />;
    case 'create-monitor':
      return <MonitorFormPage />;
    case 'events':
      return <EventsPage query={query} />;
    case 'event':
      return <EventPage key={`${page.index}/${page.id}`} index={page.index} id={page.id} />;
    case 'nowhere':
      return (
        <>
          <h1>Not found</h1>
          <Empty title="There is no such page">
            <p>
              <a href={hrefs.alerts()}>Go to Alerts</a>
            </p>
          </Empty>
        </>
      );
  }
}
