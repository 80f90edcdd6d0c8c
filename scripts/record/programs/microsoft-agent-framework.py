"""Microsoft Agent Framework: a handoff workflow of two agents."""

import asyncio

from agent_framework import Agent
from agent_framework.observability import configure_otel_providers
from agent_framework.openai import OpenAIChatCompletionClient
from agent_framework.orchestrations import HandoffBuilder
from opentelemetry import trace

configure_otel_providers()


def search_notes(query: str) -> str:
    """Search the notes."""
    return "otters hold hands"


def publish_draft(title: str) -> str:
    """Publish a draft."""
    raise RuntimeError("the press is closed")


def team():
    client = OpenAIChatCompletionClient(model="gpt-5")
    scribe = Agent(
        client,
        name="scribe",
        instructions="You are the scribe.",
        tools=[search_notes, publish_draft],
        require_per_service_call_history_persistence=True,
    )
    critic = Agent(
        client,
        name="critic",
        instructions="You are the critic.",
        require_per_service_call_history_persistence=True,
    )
    return (
        HandoffBuilder(name="writing", participants=[scribe, critic])
        .with_start_agent(scribe)
        .add_handoff(scribe, [critic])
        .build()
    )


async def main():
    await team().run("Write about otters.")
    try:
        await team().run("Please break the rules.")
    except Exception as error:
        print(f"as it should be: {type(error).__name__}")


asyncio.run(main())
trace.get_tracer_provider().shutdown()
