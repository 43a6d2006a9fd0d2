import { mount } from 'svelte';
import App from './App.svelte';
import './tokens.css';
import './base.css';
import { applyTheme, storedTheme } from './frame/theme';

applyTheme(storedTheme());
mount(App, { target: document.body });
