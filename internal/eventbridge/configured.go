package eventbridge

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// ConfiguredEndpoints returns the endpoints of EventBridge and STS that AWS's own settings give: AWS_ENDPOINT_URL_EVENTBRIDGE,
// AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, and the same in the shared files. Empty = none, so that the SDK takes the region's own.
func ConfiguredEndpoints(ctx context.Context) (events, tokens string, err error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithCredentialsProvider(aws.AnonymousCredentials{}), config.WithRegion("us-east-1")) // any: it is not sent to
	if err != nil {
		return "", "", fmt.Errorf("read AWS's settings: %w", err)
	}
	return aws.ToString(sdk.NewFromConfig(cfg).Options().BaseEndpoint), aws.ToString(sts.NewFromConfig(cfg).Options().BaseEndpoint), nil
}
