"""``report.html``: the run as one page that needs nothing beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jinja2 import Environment

if TYPE_CHECKING:
    from contract_tests.verify.report import Report

SHOWN = 20  # differences of one export on the page; the artefacts hold the rest

TEMPLATE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>verify: {{ report.verdict }}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2330; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
  th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid #d9dee7; vertical-align: top; }
  .skipped { color: #5a6472; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
  .equal { color: #16713c; } .differs { color: #a25b00; } .error { color: #b3261e; }
</style>
<h1>verify: <span class="{{ report.verdict }}">{{ report.verdict }}</span></h1>
{%- for target, scope in scopes.items() %}
<p>Target <b>{{ target }}</b>, filter <code>{{ scope }}</code></p>
{%- endfor %}
{%- for target, reason in report.skipped.items() %}
<p class="skipped">Target <b>{{ target }}</b> skipped: {{ reason }}</p>
{%- endfor %}
<table>
  <tr><th>target<th>head<th>exporter<th>rows<th>files<th>bytes<th>requests<th>seconds<th>digest<th>verdict</tr>
{%- for row in report.rows() %}
  <tr><td>{{ row.target }}<td>{{ row.head }}<td>{{ row.exporter }}
  <td class="number">{{ row.rows }}<td class="number">{{ row.files }}
  <td class="number">{{ row.bytes }}<td class="number">{{ row.requests }}<td class="number">{{ row.seconds }}
  <td><code>{{ row.digest[:12] }}</code><td class="{{ row.verdict }}">{{ row.verdict }}</tr>
{%- endfor %}
</table>
{%- for judgement in report.judgements if judgement.score %}
<p>{{ judgement.outcome.title }}: {{ judgement.score }}.</p>
{%- endfor %}
{%- for judgement in report.judgements if judgement.verdict != "equal" %}
<h2>{{ judgement.outcome.title }}: {{ judgement.verdict }}</h2>
{%- if judgement.outcome.error %}
<p><code>{{ judgement.outcome.error }}</code></p>
{%- else %}
{%- if judgement.fault %}
<p class="error">{{ judgement.fault }}</p>
{%- endif %}
<p>{{ judgement.differences | length }} differences from {{ judgement.against }}
{%- if judgement.differences | length > shown %}, the first {{ shown }} shown{% endif %}.</p>
<table>
  <tr><th>row<th>where<th>expected<th>got</tr>
{%- for found in judgement.differences[:shown] %}
  <tr><td class="number">{{ "" if found.row is none else found.row }}<td><code>{{ found.where }}</code>
  <td><code>{{ found.expected }}</code><td><code>{{ found.got }}</code></tr>
{%- endfor %}
</table>
{%- endif %}
{%- endfor %}
</html>
"""


def page(report: Report) -> str:
    """Return the run as a self-contained HTML page.

    Args:
        report: A finished run.
    """
    scopes = {target: json.dumps(scope, ensure_ascii=False) for target, scope in report.scopes.items()}
    return Environment(autoescape=True).from_string(TEMPLATE).render(report=report, scopes=scopes, shown=SHOWN)
