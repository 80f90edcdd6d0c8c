"""A graph of two agents of LangChain: scribe transfers to critic."""

from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_core.tools import InjectedToolCallId, tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command
from typing import Annotated


@tool
def search_notes(query: str) -> str:
    """Search the notes."""
    return "otters hold hands"


@tool
def publish_draft(title: str) -> str:
    """Publish a draft."""
    raise RuntimeError("the press is closed")


@tool
def transfer_to_critic(tool_call_id: Annotated[str, InjectedToolCallId]) -> Command:
    """Give the draft to critic."""
    result = ToolMessage("critic takes over", tool_call_id=tool_call_id)
    return Command(goto="critic", graph=Command.PARENT, update={"messages": [result]})


def run_team():
    from langchain.agents.middleware import wrap_tool_call

    @wrap_tool_call
    def carry_on(request, handler):
        try:
            return handler(request)
        except RuntimeError as error:
            return ToolMessage(str(error), tool_call_id=request.tool_call["id"], status="error")

    model = ChatOpenAI(model="gpt-5", use_responses_api=False, max_retries=0)
    tools = [search_notes, publish_draft, transfer_to_critic]
    scribe = create_agent(model, tools, system_prompt="You are the scribe.", name="scribe", middleware=[carry_on])
    critic = create_agent(model, [], system_prompt="You are the critic.", name="critic")
    graph = StateGraph(MessagesState)
    graph.add_node("scribe", scribe)
    graph.add_node("critic", critic)
    graph.add_edge(START, "scribe")
    team = graph.compile(name="writing")
    team.invoke({"messages": [("user", "Write about otters.")]})
    try:
        team.invoke({"messages": [("user", "Please break the rules.")]})
    except Exception as error:
        print(f"as it should be: {type(error).__name__}")
