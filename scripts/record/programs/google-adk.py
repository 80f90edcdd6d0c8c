"""Google ADK: an agent that transfers to its sub-agent, on a scripted model."""

import asyncio
import json
import os
import urllib.error
import urllib.request

from google.adk.agents import Agent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.telemetry.setup import maybe_set_otel_providers
from google.genai import types
from opentelemetry import trace

maybe_set_otel_providers()


class Scripted(BaseLlm):
    """Asks the scripted model, whose protocol ADK does not speak without a further package."""

    async def generate_content_async(self, llm_request, stream=False):
        messages = [{"role": "system", "content": str(llm_request.config.system_instruction)}]
        for content in llm_request.contents:
            for part in content.parts:
                role = "tool" if part.function_response else "assistant" if part.function_call else content.role
                messages.append({"role": role, "content": part.text or ""})
        tools = [{"function": describe(tool)} for entry in llm_request.config.tools or [] for tool in entry.function_declarations]
        body = json.dumps({"model": self.model, "messages": messages, "tools": tools}).encode()
        url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
        try:
            answer = json.load(urllib.request.urlopen(urllib.request.Request(url, body)))
        except urllib.error.HTTPError as error:
            raise PermissionError("the prompt is not allowed") from error
        message = answer["choices"][0]["message"]
        calls = message.get("tool_calls") or []
        parts = [
            types.Part(function_call=types.FunctionCall(id=call["id"], name=call["function"]["name"], args=json.loads(call["function"]["arguments"])))
            for call in calls
        ]
        used = answer["usage"]
        yield LlmResponse(
            content=types.Content(role="model", parts=parts or [types.Part(text=message["content"])]),
            finish_reason=types.FinishReason.STOP,
            model_version=self.model,
            usage_metadata=types.GenerateContentResponseUsageMetadata(
                prompt_token_count=used["prompt_tokens"],
                cached_content_token_count=used["prompt_tokens_details"]["cached_tokens"],
                # Gemini counts thoughts beside the answer, OpenAI in it.
                candidates_token_count=used["completion_tokens"] - used["completion_tokens_details"]["reasoning_tokens"],
                thoughts_token_count=used["completion_tokens_details"]["reasoning_tokens"],
                total_token_count=used["total_tokens"],
            ),
        )


def describe(tool):
    properties = tool.parameters.properties if tool.parameters else (tool.parameters_json_schema or {}).get("properties", {})
    return {"name": tool.name, "parameters": {"properties": {name: {} for name in properties or {}}}}


def search_notes(query: str) -> str:
    """Search the notes."""
    return "otters hold hands"


def publish_draft(title: str) -> str:
    """Publish a draft."""
    raise RuntimeError("the press is closed")


async def carry_on(tool, args, tool_context, error):
    return {"error": str(error)}


critic = Agent(name="critic", model=Scripted(model="gemini-3-flash"), instruction="You are the critic.", description="Reviews drafts.")
scribe = Agent(
    name="scribe",
    model=Scripted(model="gemini-3-flash"),
    instruction="You are the scribe.",
    tools=[search_notes, publish_draft],
    sub_agents=[critic],
    on_tool_error_callback=carry_on,
)


async def main():
    runner = InMemoryRunner(scribe, app_name="writing")
    for text in ["Write about otters.", "Please break the rules."]:
        session = await runner.session_service.create_session(app_name="writing", user_id="reader")
        message = types.Content(role="user", parts=[types.Part(text=text)])
        try:
            async for _ in runner.run_async(user_id="reader", session_id=session.id, new_message=message):
                pass
        except Exception as error:
            print(f"as it should be: {type(error).__name__}")


asyncio.run(main())
trace.get_tracer_provider().shutdown()
