"""OpenAI Agents SDK for Python, instrumented by OpenLLMetry."""

from agents import set_trace_processors
from openai_agents_team import run_team
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
# The library's own exporter sends to OpenAI.
set_trace_processors([])
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
run_team()
provider.shutdown()
