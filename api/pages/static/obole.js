// What makes pages smoother where scripts run. Every page works without it.

import { holdSecondClicks } from "./once.js";
import { focusFaults } from "./faults.js";

holdSecondClicks(document);
focusFaults(document);
