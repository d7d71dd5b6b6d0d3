# Terraform or OpenTofu: the layer, and a function that sends to a collector.
#   npm run build                                   (in the clone: builds sdk/layer/sandscope-layer.zip)
#   cd examples/deploy/terraform && terraform init
#   terraform apply -var collector_url=https://collector.example.com -var ingest_token="$(cat ingest-token)"

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws     = { source = "hashicorp/aws", version = ">= 5.80" }
    archive = { source = "hashicorp/archive", version = ">= 2.4" }
  }
}

variable "collector_url" {
  type        = string
  description = "Where the collector answers, such as https://collector.example.com"
}

variable "ingest_token" {
  type        = string
  sensitive   = true
  description = "A token that may send spans"
}

locals {
  layer_zip = "${path.module}/../../../sdk/layer/sandscope-layer.zip"

  # The settings that every instrumented function needs.
  sandscope_environment = {
    AWS_LAMBDA_EXEC_WRAPPER     = "/opt/sandscope-exec"
    OTEL_EXPORTER_OTLP_ENDPOINT = var.collector_url
    OTEL_EXPORTER_OTLP_HEADERS  = "authorization=Bearer%20${urlencode(var.ingest_token)}"
  }
}

resource "aws_lambda_layer_version" "sandscope" {
  layer_name          = "sandscope"
  description         = "Wraps the handler; no change of code"
  filename            = local.layer_zip
  source_code_hash    = filebase64sha256(local.layer_zip)
  compatible_runtimes = ["nodejs20.x", "nodejs22.x"]
}

data "archive_file" "hello" {
  type        = "zip"
  source_dir  = "${path.module}/../function"
  output_path = "${path.module}/hello.zip"
}

resource "aws_iam_role" "hello" {
  name = "hello"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.hello.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "hello" {
  function_name    = "hello"
  role             = aws_iam_role.hello.arn
  runtime          = "nodejs22.x"
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = data.archive_file.hello.output_path
  source_code_hash = data.archive_file.hello.output_base64sha256
  memory_size      = 512
  layers           = [aws_lambda_layer_version.sandscope.arn]

  environment {
    variables = local.sandscope_environment
  }
}
