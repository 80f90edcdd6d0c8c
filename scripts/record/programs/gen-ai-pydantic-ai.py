"""Pydantic AI: one agent asks another by a tool."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent, ModelRetry
from pydantic_ai.models.openai import OpenAIChatModel

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
Agent.instrument_all()

model = OpenAIChatModel("gpt-5")
critic = Agent(model, name="critic", instructions="You are the critic.")
scribe = Agent(model, name="scribe", instructions="You are the scribe.")


@scribe.tool_plain
def search_notes(query: str) -> str:
    return "otters hold hands"


@scribe.tool_plain
def publish_draft(title: str) -> str:
    raise ModelRetry("the press is closed")


@scribe.tool_plain
async def ask_critic(draft: str) -> str:
    return (await critic.run(f"Review: {draft}")).output


scribe.run_sync("Write about otters.")
try:
    scribe.run_sync("Please break the rules.")
except Exception as error:
    print(f"as it should be: {type(error).__name__}")
provider.shutdown()
