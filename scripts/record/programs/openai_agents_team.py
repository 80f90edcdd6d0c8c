"""Two agents of the OpenAI Agents SDK for Python: scribe hands over to critic."""

from agents import Agent, Runner, function_tool, trace


@function_tool
def search_notes(query: str) -> str:
    """Search the notes."""
    return "otters hold hands"


@function_tool
def publish_draft(title: str) -> str:
    """Publish a draft."""
    raise RuntimeError("the press is closed")


def run_team():
    critic = Agent(name="critic", model="gpt-5", instructions="You are the critic.")
    scribe = Agent(
        name="scribe",
        model="gpt-5",
        instructions="You are the scribe.",
        tools=[search_notes, publish_draft],
        handoffs=[critic],
    )
    with trace("writing"):
        Runner.run_sync(scribe, "Write about otters.")
    try:
        with trace("writing"):
            Runner.run_sync(scribe, "Please break the rules.")
    except Exception as error:
        print(f"as it should be: {type(error).__name__}")
