"""CrewAI, instrumented by OpenInference: two agents with a task each, one of which may delegate."""

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
CrewAIInstrumentor().instrument()
OpenAIInstrumentor().instrument()


@tool
def search_notes(query: str) -> str:
    """Search the notes."""
    return "otters hold hands"


@tool
def publish_draft(title: str) -> str:
    """Publish a draft."""
    raise RuntimeError("the press is closed")


def crew(wish: str) -> Crew:
    llm = LLM(model="openai/gpt-5")
    scribe = Agent(
        role="scribe",
        goal="Write.",
        backstory="Writes.",
        llm=llm,
        tools=[search_notes, publish_draft],
        allow_delegation=True,
        max_retry_limit=0,
    )
    critic = Agent(role="critic", goal="Review.", backstory="Reviews.", llm=llm, max_retry_limit=0)
    writing = Task(description=wish, expected_output="A draft.", agent=scribe, name="writing")
    review = Task(description="Review the draft.", expected_output="A review.", agent=critic, name="review")
    return Crew(agents=[scribe, critic], tasks=[writing, review], name="press")


crew("Write about otters.").kickoff()
try:
    crew("Please break the rules.").kickoff()
except Exception as error:
    print(f"as it should be: {type(error).__name__}")
provider.shutdown()
