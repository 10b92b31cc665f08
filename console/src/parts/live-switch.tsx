import { ago } from './moment.ts';
import { useNow } from './polled.ts';

/** Shows that the page renews itself, and lets one stop that. */
export function LiveSwitch(props: {
  live: boolean;
  onLive: (live: boolean) => void;
  at: number | undefined;
  failing: boolean;
}) {
  const now = useNow(1000);
  const kind = props.failing ? 'danger' : props.live ? 'good' : 'idle';
  return (
    <div class="live">
      <p>
        <span class="lamp" data-kind={kind} data-beating={props.live && !props.failing ? '' : undefined} />
        {props.live ? 'Live' : 'Paused'}
        {props.at !== undefined && <span class="live-at"> · updated {ago(props.at, now)}</span>}
      </p>
      <button type="button" class="button button-small" onClick={() => props.onLive(!props.live)}>
        {props.live ? 'Pause' : 'Resume'}
        <span class="unseen"> automatic refresh</span>
      </button>
    </div>
  );
}
