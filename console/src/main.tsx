import './styles/layers.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme } from './frame/theme.ts';

applyTheme();
const root = document.getElementById('console');
if (root) render(<App />, root);
