"""Makes a bus with a rule to a queue, deploys the example "order placed", starts an instance and shows the event that arrives.

Environment: AWS_ENDPOINT_URL and what else boto3 reads, CAMUNDA_REST_ADDRESS, EXAMPLES (the folder of examples).
It may be run again: what is there stays.
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request
import uuid

import boto3

BUS = "orders"
CAMUNDA = os.environ["CAMUNDA_REST_ADDRESS"].rstrip("/")
EXAMPLES = pathlib.Path(os.environ["EXAMPLES"])
PATIENCE = 60  # seconds


def call(path, body, content_type):
    """Calls Camunda's REST API, as long as it is busy again; gives its answer."""
    request = urllib.request.Request(CAMUNDA + path, data=body, headers={"Content-Type": content_type, "Accept": "application/json"})
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            text = refused.read().decode(errors="replace")
            if refused.code not in (429, 503) or time.monotonic() > end:
                sys.exit(f"setup: {CAMUNDA}{path} answers {refused.code}: {text}")
        except OSError as error:
            if time.monotonic() > end:
                sys.exit(f"setup: {CAMUNDA}{path} cannot be reached: {error}")
        time.sleep(1)


def make_bus():
    """Makes the bus, the queue, and the rule from one to the other; gives the queue's URL."""
    events, queues = boto3.client("events"), boto3.client("sqs")
    try:
        events.create_event_bus(Name=BUS)
    except events.exceptions.ResourceAlreadyExistsException:
        pass
    url = queues.create_queue(QueueName=BUS)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=BUS, EventBusName=BUS, EventPattern=json.dumps({"source": ["com.example.orders"]}))
    events.put_targets(Rule=BUS, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    print(f"setup: bus {BUS}, with a rule to the queue {arn}", flush=True)
    return queues, url


def deploy():
    """Deploys the example, which sends to the default bus, for the bus made here; gives the key of the definition."""
    model = EXAMPLES.joinpath("order-placed.bpmn").read_text(encoding="utf-8")
    here = model.replace('source="default" target="input.eventBusName"', f'source="{BUS}" target="input.eventBusName"')
    if here == model:
        sys.exit("setup: order-placed.bpmn does not name the default bus any more")
    boundary = uuid.uuid4().hex
    body = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="resources"; filename="order-placed.bpmn"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
        f"{here}\r\n--{boundary}--\r\n"
    )
    answer = call("/v2/deployments", body.encode(), f"multipart/form-data; boundary={boundary}")
    key = answer["deployments"][0]["processDefinition"]["processDefinitionKey"]
    print(f"setup: deployed order-placed, process definition {key}", flush=True)
    return key


def start(key):
    """Starts an instance with the example's variables; gives its order's id."""
    variables = json.loads(EXAMPLES.joinpath("order-placed.variables.json").read_text(encoding="utf-8"))
    variables["awsEndpoint"] = os.environ["AWS_ENDPOINT_URL"]
    variables["order"]["id"] = f"playground-{int(time.time())}"
    answer = call("/v2/process-instances", json.dumps({"processDefinitionKey": key, "variables": variables}).encode(), "application/json")
    print(f"setup: started process instance {answer['processInstanceKey']}, order {variables['order']['id']}", flush=True)
    return variables["order"]["id"]


def show(queues, url, order):
    """Waits for the order's event in the queue and shows it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for message in queues.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", []):
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            if event["detail"].get("orderId") == order:
                print("setup: the event arrived in the queue:")
                print(json.dumps(event, indent=2), flush=True)
                return
    sys.exit(f"setup: no event of order {order} within {PATIENCE} s: look at the log of the connector, and at Operate")


if __name__ == "__main__":
    the_queues, the_url = make_bus()
    show(the_queues, the_url, start(deploy()))
